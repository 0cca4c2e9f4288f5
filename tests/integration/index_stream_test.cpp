// Fixings of the price index on the stream's channel `index`.

#include "tests/integration/market_data_fixture.hpp"
#include "tests/integration/web_socket_client.hpp"

#include <gtest/gtest.h>

#include <string>

namespace suanpan::test {
namespace {

bool is_fixing(const Json& item) {
    return item.contains("series");
}

// What a client of `index` hears, whose numbers have no gap.
class IndexListener {
 public:
    explicit IndexListener(const std::string& url) : client_(url) {
        client_.send({{"op", "subscribe"}, {"channel", "index"}});
        snapshot = client_.wait_for("snapshot", "index");
        EXPECT_EQ(snapshot["seq"], 0);
        log_size_ = snapshot["log_size"];
    }
    // The next one; what else changes of markets is passed over.
    Json next_fixing() {
        while (true) {
            const Json told = client_.wait_for("changes", "index");
            EXPECT_EQ(told["seq"], ++seq_);
            EXPECT_GE(told["log_size"], log_size_);
            log_size_ = told["log_size"];
            if (is_fixing(told["items"][0])) return told["items"][0];
        }
    }

    Json snapshot;

 private:
    WebSocketClient client_;
    int seq_ = 0;
    int log_size_ = 0;
};

TEST_F(MarketData, AFixingIsHeardOnTheStreamOnceItIsMade) {
    IndexListener early(server.url());
    ASSERT_EQ(early.snapshot["items"].size(), 1U) << "the market, which has no fixing yet";
    EXPECT_FALSE(is_fixing(early.snapshot["items"][0]));
    for (const char* price : {"5.000000", "5.300000", "4.900000", "9.900000", "5.200000"})
        trade(gansu, world.buyer, price);

    move_to("2026-01-01T01:00:00Z");
    const Json first = early.next_fixing();
    EXPECT_EQ(first["market"], "AI-FP16/CNY");
    ASSERT_EQ(first["series"].size(), 4U) << "a cell, its hub, its kind, and all";
    EXPECT_EQ(first["series"][0]["at"], "2026-01-01T01:00:00Z");
    EXPECT_EQ(first, expect(outsider.get(kMarket + "/index"), 200)) << "it is durable";

    // Who comes later has it from the snapshot and does not hear it again.
    IndexListener late(server.url());
    ASSERT_EQ(late.snapshot["items"].size(), 2U);
    EXPECT_FALSE(is_fixing(late.snapshot["items"][0]));
    EXPECT_EQ(late.snapshot["items"][1], first);

    // Two hours at once: two fixings.
    move_to("2026-01-01T03:00:00Z");
    for (const char* at : {"2026-01-01T02:00:00Z", "2026-01-01T03:00:00Z"}) {
        const Json told = early.next_fixing();
        EXPECT_EQ(told["series"][0]["at"], at);
        EXPECT_EQ(late.next_fixing(), told);
    }
}

}  // namespace
}  // namespace suanpan::test
