// What the publisher does when its records (database, last-signed file, keys) are not as it left
// them.

#include "services/publishing/publisher.hpp"
#include "tests/services/publishing_fixture.hpp"

#include <gtest/gtest.h>

namespace suanpan::services {
namespace {

TEST(PublisherRecords, LostSwapStopsAndLeavesNoTrace) {
    PublishedLog log;
    log.store.add(10);
    const auto first = log.publisher();
    const auto second = log.publisher();
    ASSERT_EQ(code_of(first->publish_once(kTestTime)), "published");
    ASSERT_EQ(code_of(second->publish_once(kTestTime)), "nothing");  // knows size 10
    log.store.swap_ = [](const StoredCheckpoint&) { return SwapOutcome::kLost; };
    log.store.add(10);
    EXPECT_EQ(code_of(first->publish_once(kTestTime)), "checkpoint_lost");
    log.store.swap_ = nullptr;
    EXPECT_EQ(code_of(first->publish_once(kTestTime)), "checkpoint_lost");
    EXPECT_EQ(
        ledger::open_checkpoint(*first->tiles().read_checkpoint(), log.verifier())->checkpoint.size,
        10U);
    EXPECT_EQ(code_of(second->publish_once(kTestTime)), "published");
    expect_whole(log, 20);
}

TEST(PublisherRecords, SecondPublisherOfTheSameLogIsStopped) {
    PublishedLog log;
    log.store.add(10);
    const auto first = log.publisher();
    const auto second = log.publisher();
    ASSERT_EQ(code_of(first->publish_once(kTestTime)), "published");
    ASSERT_EQ(code_of(second->publish_once(kTestTime)), "nothing");
    log.store.add(1);
    ASSERT_EQ(code_of(first->publish_once(kTestTime)), "published");
    log.store.add(1);
    EXPECT_EQ(code_of(second->publish_once(kTestTime)), "contradicts_last_signed");
    // On another host the last-signed file is another one: the database still says no.
    write_file_durably(log.last_signed(),
                       ledger::sign_checkpoint(ledger::Checkpoint{std::string(kTestOrigin), 11,
                                                                  log.store.checkpoint_->root, ""},
                                               log.key));
    ASSERT_EQ(code_of(first->publish_once(kTestTime)), "published");
    expect_whole(log, 12);
}

TEST(PublisherRecords, UnknownSwapIsFoundOutAtTheNextTry) {
    for (const bool committed : {false, true}) {
        for (const bool by_exception : {false, true}) {
            PublishedLog log;
            log.store.add(10);
            log.store.swap_ = [&](const StoredCheckpoint& next) {
                if (committed) log.store.checkpoint_ = next;
                if (by_exception) throw std::runtime_error("connection lost");
                return SwapOutcome::kUnknown;
            };
            const auto publisher = log.publisher();
            const auto unknown = publisher->publish_once(kTestTime);
            ASSERT_FALSE(unknown);
            EXPECT_EQ(unknown.error().code(), "checkpoint_unknown");
            EXPECT_FALSE(publisher->stopped());
            EXPECT_FALSE(publisher->tiles().read_checkpoint());
            EXPECT_FALSE(std::filesystem::exists(log.last_signed()));
            log.store.swap_ = nullptr;
            log.store.add(5);
            EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
            expect_whole(log, 15);
        }
    }
}

// A commit may still be under way in the database while its outcome is asked for: it is found as
// not done, the next one loses against it, and only then it is known.
TEST(PublisherRecords, UnknownSwapThatGetsInLateIsTakenForWhatItIs) {
    PublishedLog log;
    log.store.add(10);
    StoredCheckpoint late;
    log.store.swap_ = [&](const StoredCheckpoint& next) {
        late = next;
        return SwapOutcome::kUnknown;
    };
    const auto publisher = log.publisher();
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "checkpoint_unknown");
    log.store.add(5);
    log.store.swap_ = [&](const StoredCheckpoint&) {
        log.store.checkpoint_ = late;
        return SwapOutcome::kLost;
    };
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "checkpoint_unknown");
    log.store.swap_ = nullptr;
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    expect_whole(log, 15);
}

TEST(PublisherRecords, UnknownSwapThatAnotherPublisherUsedStops) {
    PublishedLog log;
    log.store.add(10);
    log.store.swap_ = [](const StoredCheckpoint&) { return SwapOutcome::kUnknown; };
    const auto publisher = log.publisher();
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "checkpoint_unknown");
    log.store.swap_ = nullptr;
    log.store.add(1);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "checkpoint_lost");
    EXPECT_TRUE(publisher->stopped());
}

// The leader before signed on until it knew of the next one, which had looked by then.
TEST(PublisherRecords, WhoBeginsToLeadLooksAtWhatWasSignedMeanwhile) {
    PublishedLog log;
    log.store.add(10);
    log.store.term_ = 1;
    const auto before = log.publisher();
    ASSERT_EQ(code_of(before->publish_once(kTestTime)), "published");
    const auto next = log.publisher();
    ASSERT_TRUE(next->look_back());
    log.store.add(5);
    ASSERT_EQ(code_of(before->publish_once(kTestTime)), "published");
    log.store.term_ = 2;
    log.store.add(5);
    EXPECT_EQ(code_of(next->publish_once(kTestTime)), "published");
    expect_whole(log, 20);
}

TEST(PublisherRecords, WhatWasSignedUnderALeadershipThatEndedIsNotSwappedIn) {
    PublishedLog log;
    log.store.add(10);
    log.store.term_ = 1;
    const auto publisher = log.publisher([&log](std::string_view step) {
        if (step == "signed") log.store.term_ = 2;
    });
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "checkpoint_unknown");
    EXPECT_FALSE(log.store.checkpoint_);
    EXPECT_FALSE(publisher->stopped());
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    expect_whole(log, 10);
}

TEST(PublisherRecords, BothKeysSignWhileTheLogChangesItsKey) {
    PublishedLog log;
    log.store.add(10);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    Seed seed{};
    seed.fill(6);
    const SigningKey next(seed);
    const auto next_verifier =
        ledger::make_verifier_key(kTestOrigin, ledger::KeyType::kEd25519, next.public_key());
    // The records of before are by the old key alone.
    log.store.add(10);
    EXPECT_EQ(code_of(Publisher(log.options(), next, log.store).publish_once(kTestTime)),
              "bad_checkpoint_record");
    auto options = log.options();
    options.former_key = &log.key;
    ASSERT_EQ(code_of(Publisher(options, next, log.store).publish_once(kTestTime)), "published");
    const std::string both = TileStore(log.tiles()).read_checkpoint().value();
    EXPECT_TRUE(ledger::open_checkpoint(both, log.verifier()));
    EXPECT_TRUE(ledger::open_checkpoint(both, next_verifier));
    log.store.add(10);
    ASSERT_EQ(code_of(Publisher(log.options(), next, log.store).publish_once(kTestTime)),
              "published");
    const std::string after = TileStore(log.tiles()).read_checkpoint().value();
    EXPECT_FALSE(ledger::open_checkpoint(after, log.verifier()));
    EXPECT_EQ(ledger::open_checkpoint(after, next_verifier)->checkpoint.size, 30U);
}

// Two servers over one data folder: the slower one wrote its smaller checkpoint over the other's.
TEST(PublisherRecords, NeverShowsLessThanWasShown) {
    PublishedLog log;
    log.store.add(10);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    log.store.add(10);
    std::string larger;
    const auto slow = log.publisher([&](std::string_view step) {
        if (step != "witnesses_answered" || !larger.empty()) return;
        log.store.add(10);
        ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
        larger = TileStore(log.tiles()).read_checkpoint().value();
    });
    EXPECT_EQ(code_of(slow->publish_once(kTestTime)), "checkpoint_lost");
    EXPECT_TRUE(slow->stopped());
    EXPECT_EQ(TileStore(log.tiles()).read_checkpoint(), larger);
    expect_whole(log, 30);
}

TEST(PublisherRecords, ADatabaseThatIsSetBackWhileItRunsIsNoticed) {
    PublishedLog log;
    log.store.add(10);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    const StoredCheckpoint old = *log.store.checkpoint_;
    log.store.add(10);
    const auto publisher = log.publisher();
    ASSERT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    log.store.add(10);
    log.store.checkpoint_ = old;
    const auto refused = publisher->publish_once(kTestTime);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "contradicts_last_signed");
    EXPECT_TRUE(is_set_back(refused.error()));
}

// The first of two swaps of unknown outcome was forgotten when the second came.
TEST(PublisherRecords, EachOfSeveralUnknownSwapsMayGetInLate) {
    PublishedLog log;
    std::vector<StoredCheckpoint> tried;
    log.store.swap_ = [&](const StoredCheckpoint& next) {
        tried.push_back(next);
        return SwapOutcome::kUnknown;
    };
    const auto publisher = log.publisher();
    for (int i = 0; i < 3; ++i) {
        log.store.add(5);
        EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "checkpoint_unknown");
    }
    ASSERT_EQ(tried.size(), 3U);
    log.store.swap_ = nullptr;
    log.store.checkpoint_ = tried[0];
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    expect_whole(log, 15);
}

TEST(PublisherRecords, LooksBackWithoutSigning) {
    PublishedLog log;
    log.store.add(10);
    EXPECT_TRUE(log.publisher()->look_back());
    EXPECT_FALSE(log.store.checkpoint_);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    EXPECT_TRUE(log.publisher()->look_back());
    log.store.checkpoint_.reset();
    log.store.entries_.clear();
    const auto publisher = log.publisher();
    const auto looked = publisher->look_back();
    ASSERT_FALSE(looked);
    EXPECT_TRUE(is_set_back(looked.error()));
    EXPECT_TRUE(publisher->stopped());
}

}  // namespace
}  // namespace suanpan::services
