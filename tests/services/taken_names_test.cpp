// Which requests the database is asked about, and that none is missed.
#include "services/trading/taken_names.hpp"

#include "tests/services/trading_fixture.hpp"

#include <thread>

namespace suanpan::services {
namespace {

class TakenNamesTest : public Trading {
 protected:
    void SetUp() override {
        Trading::SetUp();
        auto loop = open();
        const Window window{Time(kDawn.value + 3600), Time(kDawn.value + 7200)};
        auto submission = make_submission(
            make_command(parties.buyers[0], make_buy(parties, 0, 1, 1'000'000, window)));
        submission.idempotency =
            IdempotencyKey{parties.buyers[0], "POST /v1/orders", "stored", {}, true};
        submission.side.emplace_back(db::OrderTextRow{"mine", "{}", "00"});
        ASSERT_EQ(ask(*loop, std::move(submission))->status, 201);
    }
    [[nodiscard]] db::RequestNames request(const std::string& key, const std::string& order) const {
        const OrganisationId& buyer = parties.buyers[0];
        return {buyer, key.empty() ? "" : "POST /v1/orders", key, buyer, order};
    }
    static void wait_for(TakenNames& names) {
        while (!names.complete())
            std::this_thread::yield();
    }
};

TEST_F(TakenNamesTest, WhatIsStoredIsTakenFromTheFirstMoment) {
    TakenNames names(pool);
    EXPECT_TRUE(names.note(request("stored", "")));
    EXPECT_TRUE(names.note(request("", "mine")));
    wait_for(names);
    EXPECT_TRUE(names.note(request("stored", "")));
    EXPECT_TRUE(names.note(request("", "mine")));
    EXPECT_TRUE(names.note(request("stored", "new")));
    EXPECT_TRUE(names.note(request("new", "mine")));
}

TEST_F(TakenNamesTest, ANewNameIsNewOnce) {
    TakenNames names(pool);
    wait_for(names);
    EXPECT_FALSE(names.note(request("a", "b")));
    EXPECT_TRUE(names.note(request("a", "")));
    EXPECT_TRUE(names.note(request("", "b")));
    EXPECT_FALSE(names.note(request("b", "a"))) << "keys and order ids do not meet";
    EXPECT_FALSE(names.note(request("", ""))) << "nothing to ask";
    db::RequestNames other = request("a", "b");
    other.organisation = other.trader = parties.buyers[1];
    EXPECT_FALSE(names.note(other)) << "another organisation's own";
    other.route = "POST /v1/asks";
    EXPECT_TRUE(names.note(other)) << "the order's id, whatever the route";
}

TEST_F(TakenNamesTest, WhatIsNotedWhileTheStoredNamesAreReadIsKept) {
    TakenNames names(pool);
    names.note(request("early", "bird"));
    wait_for(names);
    EXPECT_TRUE(names.note(request("early", "")));
    EXPECT_TRUE(names.note(request("", "bird")));
}

TEST_F(TakenNamesTest, AnOutageDelaysItOnly) {
    database.execute("ALTER TABLE order_text RENAME TO away");
    TakenNames names(pool);
    EXPECT_TRUE(names.note(request("new", "")));
    database.execute("ALTER TABLE away RENAME TO order_text");
    wait_for(names);
    EXPECT_TRUE(names.note(request("", "mine")));
    EXPECT_FALSE(names.note(request("newer", "")));
}

}  // namespace
}  // namespace suanpan::services
