// suanpand is killed at every step of publishing; what starts again goes on with the same log.

#include "ledger/checkpoint.hpp"
#include "ledger/receipt.hpp"
#include "ledger/tile.hpp"
#include "services/publishing/publisher.hpp"
#include "services/publishing/tile_store.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace suanpan::test {
namespace {

constexpr int kKilled = 128 + 9;

// Checks all that an outsider can of the published files; gives the checkpoint.
ledger::Checkpoint expect_whole(const ApiServer& server, const ledger::VerifierKey& log) {
    const services::TileStore tiles(server.data() / "tiles");
    const auto opened = ledger::open_checkpoint(tiles.read_checkpoint().value(), log).value();
    ledger::TileBuilder again([&tiles](const ledger::TileId& tile, std::string_view bytes) {
        const auto stored = tiles.read_tile(tile);
        EXPECT_TRUE(stored && *stored == bytes) << ledger::tile_path(tile);
    });
    const std::uint64_t size = opened.checkpoint.size;
    for (std::uint64_t at = 0; at < size; at += ledger::kTileWidth) {
        const auto tile =
            ledger::tile_at(ledger::TileKind::kEntries, 0, at / ledger::kTileWidth, size).value();
        const std::string bytes = tiles.read_tile(tile).value();
        const auto entries = ledger::decode_bundle(bytes, tile.width).value();
        for (std::size_t i = 0; i < entries.size(); ++i) {
            EXPECT_EQ(server.database().query("SELECT encode(bytes, 'hex') FROM ledger_entry"
                                              " WHERE index = " +
                                              std::to_string(at + i)),
                      to_hex(entries[i]));
            again.append(entries[i]);
        }
    }
    again.flush();
    EXPECT_EQ(again.root(), opened.checkpoint.root);
    return opened.checkpoint;
}

void expect_consistent(const ApiServer& server, const ledger::Checkpoint& from,
                       const ledger::Checkpoint& to) {
    const services::TileStore tiles(server.data() / "tiles");
    ledger::TileHashReader hashes(
        to.size, [&tiles](const ledger::TileId& tile) { return tiles.read_tile(tile); });
    const auto proof = ledger::prove_consistency(from.size, to.size, std::ref(hashes));
    ASSERT_TRUE(proof);
    EXPECT_TRUE(ledger::verify_consistency(from.size, from.root, to.size, to.root, *proof));
}

struct Acknowledged {
    std::string id;
    std::int64_t index = 0;
};

// Orders until the server is gone; those that were acknowledged.
std::vector<Acknowledged> place_until_dead(const ApiServer& server, const World& world) {
    std::vector<Acknowledged> acknowledged;
    try {
        Caller buyer = server.caller(world.buyer.key);
        for (;;) {
            const Answer placed = buyer.post("/v1/orders", World::buy(1, "1.000000"));
            if (placed.status != 201) break;
            acknowledged.push_back({placed.body.at("id").get<std::string>(),
                                    placed.body.at("log_index").get<std::int64_t>()});
        }
    } catch (const std::exception&) {
        // The connection broke: it died.
    }
    return acknowledged;
}

// Who was told that an order stands finds its entry where the answer said, under a receipt.
void expect_kept(const ApiServer& server, const World& world, const ledger::VerifierKey& log,
                 const std::vector<Acknowledged>& acknowledged) {
    Caller buyer = server.caller(world.buyer.key);
    for (const auto& [id, index] : acknowledged) {
        const std::string at = std::to_string(index);
        const Answer entry = buyer.get("/v1/ledger/entries/" + at);
        ASSERT_EQ(entry.status, 200) << at;
        EXPECT_EQ(expect(buyer.get("/v1/orders/" + id), 200)["log_index"], index);
        EXPECT_NE(entry.text.find(R"("kind":"order")"), std::string::npos) << entry.text;
        const auto receipt = ledger::parse_receipt(buyer.get("/v1/ledger/receipts/" + at).text);
        ASSERT_TRUE(receipt) << receipt.error().detail();
        EXPECT_EQ(receipt->index, static_cast<std::uint64_t>(index));
        EXPECT_TRUE(ledger::verify_receipt(*receipt, entry.text, log)) << at;
    }
}

TEST(PublishingKill, AtEveryStepLeavesAConsistentLog) {
    ApiServer server;
    const World world(server);
    Caller op = server.operator_caller();
    wait_published(op);
    const auto log = ledger::parse_verifier_key(log_key(op)).value();
    ledger::Checkpoint last = expect_whole(server, log);
    for (const std::string_view step : services::kPublisherSteps) {
        SCOPED_TRACE(step);
        server.kill();
        server.start({{"SUANPAN_TEST_DIE_AT", std::string(step)}});
        const std::vector<Acknowledged> acknowledged = place_until_dead(server, world);
        EXPECT_FALSE(acknowledged.empty());
        ASSERT_EQ(server.wait_end(), kKilled) << server.log();
        server.start();
        Caller again = server.operator_caller();
        wait_published(again);
        const ledger::Checkpoint now = expect_whole(server, log);
        EXPECT_GT(now.size, last.size);
        expect_kept(server, world, log, acknowledged);
        expect_consistent(server, last, now);
        EXPECT_EQ(expect(again.get("/v1/ledger"), 200)["state"], "publishing");
        last = now;
    }
}

}  // namespace
}  // namespace suanpan::test
