#include "services/publishing/publisher.hpp"
#include "support/seed.hpp"
#include "tests/services/publishing_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <stdexcept>

namespace suanpan::services {
namespace {

struct Crash : std::runtime_error {
    using std::runtime_error::runtime_error;
};

void overwrite(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

TEST(Publisher, PublishesWhatIsNewAndNothingElse) {
    PublishedLog log;
    const auto publisher = log.publisher();
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "nothing");
    EXPECT_FALSE(std::filesystem::exists(log.last_signed()));
    for (const std::uint64_t count : {1UL, 2UL, 252UL, 1UL, 1UL, 3000UL}) {
        log.store.add(count);
        const auto published = publisher->publish_once(kTestTime);
        ASSERT_TRUE(published && *published);
        EXPECT_EQ((*published)->size, log.store.entries_.size());
        EXPECT_EQ((*published)->old_size, log.store.entries_.size() - count);
        EXPECT_EQ((*published)->time, kTestTime);
        EXPECT_EQ(publisher->published_size(), log.store.entries_.size());
        expect_whole(log, log.store.entries_.size());
        EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "nothing");
    }
}

TEST(Publisher, LongBacklogIsPublishedInSeveralCheckpoints) {
    PublishedLog log;
    log.store.add(2500);
    auto options = log.options();
    options.max_entries = 1100;
    Publisher publisher(options, log.key, log.store);
    for (const std::uint64_t size : {1100UL, 2200UL, 2500UL}) {
        EXPECT_EQ(code_of(publisher.publish_once(kTestTime)), "published");
        expect_whole(log, size);
    }
    EXPECT_EQ(code_of(publisher.publish_once(kTestTime)), "nothing");
}

TEST(Publisher, PartialTilesGoOnceTheFullOneIsPublished) {
    PublishedLog log;
    const auto publisher = log.publisher();
    log.store.add(200);
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    EXPECT_TRUE(std::filesystem::exists(log.tiles() / "tile/entries/000.p/200"));
    log.store.add(57);
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    EXPECT_FALSE(std::filesystem::exists(log.tiles() / "tile/entries/000.p"));
    EXPECT_FALSE(std::filesystem::exists(log.tiles() / "tile/0/000.p"));
    EXPECT_TRUE(std::filesystem::exists(log.tiles() / "tile/0/001.p/1"));
    // Who still holds the checkpoint of 200 reads on, from the full tile.
    const auto tile = ledger::parse_tile_path("tile/entries/000.p/200").value();
    const auto bytes = publisher->tiles().read_tile(tile);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(ledger::decode_bundle(*bytes, 200)->back(), test_entry(199));
}

class PublisherCrash : public testing::TestWithParam<std::string_view> {};

TEST_P(PublisherCrash, LeavesALogThatGoesOnConsistently) {
    PublishedLog log;
    log.store.add(300);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    const auto before = log.store.checkpoint_;
    // 300 → 1000 fills a tile and leaves partial ones at both ends.
    log.store.add(700);
    const auto crashing = log.publisher([](std::string_view step) {
        if (step == GetParam()) throw Crash(std::string(step));
    });
    EXPECT_THROW((void)crashing->publish_once(kTestTime), Crash);
    // More entries come while nothing publishes.
    log.store.add(5);
    const auto next = log.publisher();
    const auto published = next->publish_once(kTestTime);
    ASSERT_TRUE(published) << published.error().detail();
    expect_whole(log, 1005);
    // No signature that left this process was contradicted.
    ledger::TileHashReader hashes(
        1005, [&](const ledger::TileId& tile) { return next->tiles().read_tile(tile); });
    const auto proof = ledger::prove_consistency(300, 1005, std::ref(hashes));
    ASSERT_TRUE(proof);
    EXPECT_TRUE(
        ledger::verify_consistency(300, before->root, 1005, log.store.checkpoint_->root, *proof));
}

TEST_P(PublisherCrash, OfTheFirstCheckpointEverRecovers) {
    PublishedLog log;
    log.store.add(260);
    EXPECT_THROW((void)log
                     .publisher([](std::string_view step) {
                         if (step == GetParam()) throw Crash("");
                     })
                     ->publish_once(kTestTime),
                 Crash);
    ASSERT_TRUE(log.publisher()->publish_once(kTestTime));
    expect_whole(log, 260);
}

TEST_P(PublisherCrash, OfOneStepIsRepeatedByTheSamePublisher) {
    PublishedLog log;
    log.store.add(260);
    int left = 3;
    const auto publisher = log.publisher([&left](std::string_view step) {
        if (step == GetParam() && --left >= 0) throw Crash("");
    });
    while (left > 0) {
        const int before = left;
        try {
            ASSERT_TRUE(publisher->publish_once(kTestTime));
        } catch (const Crash&) {
        }
        if (left == before) log.store.add(100);  // published after all: give it more to do
    }
    ASSERT_TRUE(publisher->publish_once(kTestTime));
    expect_whole(log, log.store.entries_.size());
}

INSTANTIATE_TEST_SUITE_P(Steps, PublisherCrash, testing::ValuesIn(kPublisherSteps),
                         [](const auto& info) { return std::string(info.param); });

// Tiles became durable, the server died before it signed, and the database came back as it was at
// the last signature: the publisher stopped for ever at the tiles that nobody had signed.
TEST_P(PublisherCrash, BeforeTheSignatureLeavesNothingInTheWayOfOtherEntries) {
    const auto at = std::ranges::find(kPublisherSteps, GetParam());
    const bool is_signed = at >= std::ranges::find(kPublisherSteps, "swapped");
    for (const std::uint64_t later : {650UL, 700UL, 750UL}) {
        PublishedLog log;
        log.store.add(300);
        ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
        log.store.add(400);
        EXPECT_THROW((void)log
                         .publisher([](std::string_view step) {
                             if (step == GetParam()) throw Crash("");
                         })
                         ->publish_once(kTestTime),
                     Crash);
        const std::uint64_t kept = is_signed ? 700 : 300;
        log.store.entries_.resize(kept);
        while (log.store.entries_.size() < std::max(kept, later))
            log.store.entries_.push_back(test_entry(1'000'000 + log.store.entries_.size()));
        const auto published = log.publisher()->publish_once(kTestTime);
        ASSERT_TRUE(published) << published.error().detail();
        expect_whole(log, log.store.entries_.size());
        // What was written for the size that was never signed is not there either.
        const auto stale = log.tiles() / "tile/0/002.p/188";
        EXPECT_EQ(std::filesystem::exists(stale), is_signed || later == 700) << later;
    }
}

TEST(Publisher, RandomCrashesNeverBreakTheLog) {
    std::mt19937_64 random(support::test_seed());
    PublishedLog log;
    for (int round = 0; round < 60; ++round) {
        log.store.add(random() % 400 + 1);
        const std::string_view at = kPublisherSteps[random() % kPublisherSteps.size()];
        const bool crash = random() % 2 == 0;
        const auto publisher = log.publisher([&](std::string_view step) {
            if (crash && step == at) throw Crash("");
        });
        try {
            const auto published = publisher->publish_once(kTestTime);
            ASSERT_TRUE(published) << published.error().detail();
        } catch (const Crash&) {
        }
    }
    ASSERT_TRUE(log.publisher()->publish_once(kTestTime));
    expect_whole(log, log.store.entries_.size());
}

TEST(Publisher, NeverSignsBelowOrBesideTheLastSignedFile) {
    PublishedLog log;
    log.store.add(500);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    const StoredCheckpoint at_500 = *log.store.checkpoint_;
    log.store.add(100);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");

    // The database comes back from an old copy, with its checkpoint of then.
    log.store.checkpoint_ = at_500;
    log.store.entries_.resize(500);
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "contradicts_last_signed");
    // Without the last-signed file the published checkpoint still says so.
    std::filesystem::rename(log.last_signed(), log.folder.path() / "away");
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "contradicts_last_signed");
    std::filesystem::rename(log.folder.path() / "away", log.last_signed());
    // An empty database is the worst case of the same.
    log.store.checkpoint_.reset();
    log.store.entries_.clear();
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "contradicts_last_signed");
    // Another history of the same length, signed by the same key.
    const ledger::Checkpoint other{std::string(kTestOrigin), 600, ledger::leaf_hash("x"), ""};
    log.store.add(600);
    log.store.checkpoint_ =
        StoredCheckpoint{600, other.root, ledger::sign_checkpoint(other, log.key)};
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "tiles_damaged");
}

TEST(Publisher, RefusesForgedRecords) {
    PublishedLog log;
    log.store.add(10);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    log.store.add(1);
    const std::string good = *read_file(log.last_signed(), 10'000);
    for (const auto& path : {log.last_signed(), log.tiles() / "checkpoint"}) {
        std::string forged = good;
        forged.replace(forged.find("\n10\n"), 4, "\n11\n");
        overwrite(path, forged);
        EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "bad_checkpoint_record");
        overwrite(path, good);
    }
    log.store.checkpoint_->size = 9;
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "bad_checkpoint_record");
    log.store.checkpoint_->size = 10;
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
}

TEST(Publisher, WritesLostTilesAgainOnlyFromTheSameEntries) {
    PublishedLog log;
    log.store.add(1000);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    std::filesystem::remove_all(log.tiles());
    const std::string good = log.store.entries_[400];
    log.store.entries_[400] = test_entry(1'000'000);
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "entries_changed");
    EXPECT_FALSE(std::filesystem::exists(log.tiles()));
    log.store.entries_[400] = good;
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    expect_whole(log, 1000);
}

TEST(Publisher, NoticesAlteredEntriesAndTiles) {
    PublishedLog log;
    log.store.add(300);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    log.store.add(300);
    const std::string good = log.store.entries_[299];
    log.store.entries_[299] = test_entry(7);
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "entries_changed");
    log.store.entries_[299] = good;
    // A tile that a later one is built on.
    const auto path = log.tiles() / "tile/1/000.p/1";
    std::string bytes = *read_file(path, 10'000);
    bytes[3] = static_cast<char>(bytes[3] ^ 1);
    overwrite(path, bytes);
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "tiles_damaged");
    bytes[3] = static_cast<char>(bytes[3] ^ 1);
    overwrite(path, bytes);
    // A tile that was signed, altered where it is not looked at before all are written again.
    const std::string whole = *read_file(log.tiles() / "tile/0/000", 10'000);
    overwrite(log.tiles() / "tile/0/000", "something");
    std::filesystem::remove(path);
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "tile_conflict");
    overwrite(log.tiles() / "tile/0/000", whole);
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    expect_whole(log, 600);
}

TEST(Publisher, TileAlteredWhileItRunsIsNoticedBeforeSigning) {
    PublishedLog log;
    log.store.add(300);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    log.store.add(300);
    const auto publisher = log.publisher([&](std::string_view step) {
        if (step != "tiles_durable") return;
        const auto path = log.tiles() / "tile/1/000.p/2";
        std::string bytes = *read_file(path, 10'000);
        bytes[0] = static_cast<char>(bytes[0] ^ 1);
        overwrite(path, bytes);
    });
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "tiles_damaged");
    EXPECT_EQ(log.store.checkpoint_->size, 300U);
    EXPECT_EQ(ledger::open_checkpoint(*read_file(log.last_signed(), 10'000), log.verifier())
                  ->checkpoint.size,
              300U);
}

TEST(Publisher, EntryTooLargeStops) {
    PublishedLog log;
    log.store.entries_.emplace_back(65'536, 'x');
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "entry_too_large");
}

TEST(Publisher, DatabaseOutOfReachIsTriedAgain) {
    PublishedLog log;
    log.store.add(10);
    log.store.broken_ = true;
    const auto publisher = log.publisher();
    EXPECT_THROW((void)publisher->publish_once(kTestTime), std::runtime_error);
    log.store.broken_ = false;
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
}

TEST(Publisher, ReceiptsFromTheFilesVerify) {
    PublishedLog log;
    log.store.add(700);
    const auto publisher = log.publisher();
    EXPECT_EQ(make_receipt(publisher->tiles(), 0).error().code(), "not_published");
    ASSERT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    for (const std::uint64_t index : {0UL, 255UL, 256UL, 699UL}) {
        const auto receipt = make_receipt(publisher->tiles(), index);
        ASSERT_TRUE(receipt) << receipt.error().detail();
        EXPECT_TRUE(ledger::verify_receipt(*receipt, test_entry(index), log.verifier()));
    }
    EXPECT_EQ(make_receipt(publisher->tiles(), 700).error().code(), "not_published");
}

}  // namespace
}  // namespace suanpan::services
