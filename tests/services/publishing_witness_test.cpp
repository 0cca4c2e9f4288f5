#include "services/publishing/publisher_loop.hpp"
#include "tests/services/publishing_witness_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace suanpan::services {
namespace {

const WitnessStatus& status_of(const std::vector<WitnessStatus>& all, const std::string& name) {
    for (const WitnessStatus& one : all) {
        if (one.name == name) return one;
    }
    throw std::runtime_error("no witness " + name);
}

TEST(PublishingWitnesses, AllCosignWhatIsPublished) {
    WitnessedLog log(3, 3);
    const auto publisher = log.publisher();
    for (const std::uint64_t size : {10UL, 300UL, 301UL, 1000UL}) {
        log.store.add(size - log.store.entries_.size());
        ASSERT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
        const auto opened = log.published();
        ASSERT_TRUE(opened) << opened.error().detail();
        EXPECT_EQ(opened->checkpoint.size, size);
        EXPECT_EQ(opened->cosignatures.size(), 3U);
        EXPECT_TRUE(ledger::meets(*opened, log.policy()));
        for (const auto& fake : log.fakes)
            EXPECT_EQ(fake->state_.size, size);
    }
    const auto status = status_of(log.witnesses->status(), "w2");
    EXPECT_EQ(status.size, 1000U);
    EXPECT_EQ(status.key_name, "w2.example");
    EXPECT_EQ(status.time, kTestTime);
    EXPECT_EQ(status.failure, "");
}

TEST(PublishingWitnesses, OneThatHasSeenAnOlderSizeGetsTheProofFromThere) {
    WitnessedLog log(2, 1);
    const auto publisher = log.publisher();
    log.store.add(77);
    ASSERT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    log.fakes[1]->mood_ = Mood::kDead;
    for (int i = 0; i < 3; ++i) {
        log.store.add(400);
        ASSERT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    }
    EXPECT_EQ(log.fakes[1]->state_.size, 77U);
    log.fakes[1]->mood_ = Mood::kHonest;
    log.store.add(1);
    // Nothing is known of them after a restart: 409 says where each stands.
    const auto restarted = [&] {
        log.forget();
        return log.publisher();
    }();
    ASSERT_EQ(code_of(restarted->publish_once(kTestTime)), "published");
    EXPECT_EQ(log.fakes[0]->state_.size, 1278U);
    const auto opened = log.published();
    ASSERT_TRUE(opened);
    EXPECT_FALSE(opened->cosignatures.empty());
    log.store.add(1);
    ASSERT_EQ(code_of(restarted->publish_once(kTestTime)), "published");
    EXPECT_EQ(log.published()->cosignatures.size(), 2U);
    EXPECT_EQ(log.fakes[1]->state_.size, 1279U);
}

class BadWitness : public testing::TestWithParam<Mood> {};

// One of three is out of order: two are enough.
TEST_P(BadWitness, IsLeftOutWhenTheOthersAreEnough) {
    WitnessedLog log(3, 2);
    log.store.add(50);
    const auto publisher = log.publisher();
    ASSERT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    log.fakes[1]->mood_ = GetParam();
    log.store.add(300);
    ASSERT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    const auto opened = log.published();
    ASSERT_TRUE(opened) << opened.error().detail();
    EXPECT_EQ(opened->cosignatures.size(), 2U);
    if (GetParam() != Mood::kSlow) EXPECT_NE(status_of(log.witnesses->status(), "w2").failure, "");
}

// All three must cosign: nothing is shown, the market is not asked, and when the witness is well
// again the same checkpoint goes out without a restart.
TEST_P(BadWitness, DelaysPublishingWhenItIsNeeded) {
    WitnessedLog log(3, 3);
    log.store.add(50);
    const auto publisher = log.publisher();
    ASSERT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    log.fakes[1]->mood_ = GetParam();
    log.store.add(300);
    // What a slow one answers after its round counts in the next.
    const int rounds = GetParam() == Mood::kSlow ? 1 : 2;
    for (int i = 0; i < rounds; ++i) {
        const auto delayed = publisher->publish_once(kTestTime);
        EXPECT_EQ(code_of(delayed), "too_few_witnesses");
        EXPECT_FALSE(publisher->stopped());
        EXPECT_EQ(publisher->published_size(), 50U);
        EXPECT_EQ(publisher->signed_size(), 350U);
        EXPECT_EQ(log.published()->checkpoint.size, 50U);
    }
    log.fakes[1]->mood_ = Mood::kHonest;
    log.store.add(5);
    std::string code;
    for (int i = 0; i < 20 && code != "published"; ++i)
        code = code_of(publisher->publish_once(kTestTime));
    EXPECT_EQ(code, "published");
    const auto opened = log.published();
    ASSERT_TRUE(opened) << opened.error().detail();
    EXPECT_EQ(opened->checkpoint.size, 355U);
    EXPECT_EQ(opened->cosignatures.size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(Moods, BadWitness,
                         testing::Values(Mood::kDead, Mood::kSlow, Mood::kGarbage,
                                         Mood::kBadSignature, Mood::kOtherTree, Mood::kTooLarge,
                                         Mood::kRestless, Mood::kRefuses));

TEST(PublishingWitnesses, CosignaturesThatCameBeforeCount) {
    WitnessedLog log(2, 2);
    log.store.add(10);
    const auto publisher = log.publisher();
    ASSERT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    log.store.add(10);
    log.fakes[0]->mood_ = Mood::kDead;
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "too_few_witnesses");
    log.fakes[0]->mood_ = Mood::kHonest;
    log.fakes[1]->mood_ = Mood::kDead;
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    EXPECT_EQ(log.published()->cosignatures.size(), 2U);
}

TEST(PublishingWitnesses, DeadOnesDelayNothingWhenNoneIsNeeded) {
    WitnessedLog log(2, 0);
    for (const auto& fake : log.fakes)
        fake->mood_ = Mood::kDead;
    log.store.add(10);
    EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    EXPECT_EQ(log.published()->cosignatures.size(), 0U);
}

TEST(PublishingWitnesses, ASlowOneHoldsNobodyUpWhenTheOthersAreEnough) {
    WitnessedLog log(3, 2);
    log.store.add(10);
    const auto publisher = log.publisher();
    ASSERT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    log.fakes[0]->mood_ = Mood::kSlow;
    log.store.add(10);
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(240));
}

// Every record on the operator's side was set back together; only the witnesses know.
TEST(PublishingWitnesses, RememberWhatAllOfOurRecordsHaveForgotten) {
    WitnessedLog log(3, 2);
    log.store.add(50);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    log.store.entries_.clear();
    log.store.checkpoint_.reset();
    std::filesystem::remove_all(log.tiles());
    std::filesystem::remove_all(log.last_signed());
    log.forget();
    log.store.add(20);
    const auto publisher = log.publisher();
    const auto refused = publisher->publish_once(kTestTime);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "contradicts_quorum");
    EXPECT_TRUE(is_set_back(refused.error()));
    EXPECT_NE(refused.error().detail().find("suanpan ledger restore"), std::string::npos);
    EXPECT_TRUE(publisher->stopped());
    EXPECT_FALSE(log.store.checkpoint_);
    EXPECT_FALSE(std::filesystem::exists(log.last_signed()));
    EXPECT_FALSE(std::filesystem::exists(log.tiles() / "checkpoint"));
}

// One that was deposed had its last checkpoint cosigned while the next one looked: nothing was
// lost.
TEST(PublishingWitnesses, TheLastSignatureOfTheLeaderBeforeIsNoForgottenOne) {
    WitnessedLog log(3, 2);
    log.store.add(50);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    log.forget();
    log.store.add(20);
    PublisherOptions options = log.options();
    options.witnesses = nullptr;
    Publisher before(options, log.key, log.store);
    const auto next = log.publisher();
    for (const auto& fake : log.fakes)
        fake->mood_ = Mood::kTooLarge;
    log.fakes[0]->on_ask_ = [&before] {
        EXPECT_EQ(code_of(before.publish_once(kTestTime)), "published");
    };
    const auto looked = next->look_back();
    ASSERT_FALSE(looked);
    EXPECT_FALSE(is_set_back(looked.error())) << looked.error().detail();
    EXPECT_FALSE(next->stopped());
    for (const auto& fake : log.fakes)
        fake->mood_ = Mood::kHonest;
    log.store.add(5);
    EXPECT_EQ(code_of(next->publish_once(kTestTime)), "published");
    EXPECT_EQ(log.published()->checkpoint.size, 75U);
}

// Anybody between us and a witness can answer 409: one such answer kept the whole exchange shut.
TEST(PublishingWitnesses, OneThatNamesALargerSizeStopsTheSigningAndNotTheMarket) {
    struct Case {
        int count;
        int quorum;
        int liars;
        bool certain;
    };
    for (const Case& one :
         {Case{3, 2, 1, false}, Case{3, 2, 2, true}, Case{3, 1, 1, false}, Case{3, 3, 1, false},
          Case{3, 3, 3, true}, Case{1, 1, 1, true}, Case{2, 0, 2, false}}) {
        WitnessedLog log(one.count, one.quorum);
        log.store.add(50);
        for (int i = 0; i < one.liars; ++i)
            log.fakes.at(static_cast<std::size_t>(i))->mood_ = Mood::kTooLarge;
        const auto publisher = log.publisher();
        const auto looked = publisher->look_back();
        ASSERT_FALSE(looked);
        EXPECT_EQ(looked.error().code(), one.certain ? "contradicts_quorum" : "contradicts_witness")
            << one.count << one.quorum << one.liars;
        EXPECT_EQ(is_set_back(looked.error()), one.certain);
        EXPECT_TRUE(publisher->stopped());
        EXPECT_FALSE(log.store.checkpoint_);
    }
}

// Each start had the empty tree of a log with entries signed and cosigned.
TEST(PublishingWitnesses, AreAskedForTheirSizeWithWhatWasSignedLast) {
    WitnessedLog log(2, 1);
    log.fakes[1]->mood_ = Mood::kDead;
    log.store.add(40);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    log.fakes[1]->mood_ = Mood::kHonest;
    log.forget();
    ASSERT_TRUE(log.publisher()->look_back());
    // Who had seen nothing has the signed tree now, and its cosignature counts.
    EXPECT_EQ(log.fakes[1]->state_.size, 40U);
    EXPECT_EQ(log.fakes[1]->state_.root, log.store.checkpoint_->root);
    EXPECT_EQ(status_of(log.witnesses->status(), "w2").size, 40U);
    log.store.add(10);
    ASSERT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published");
    EXPECT_EQ(log.published()->cosignatures.size(), 2U);
}

TEST(PublishingWitnesses, TooFewAtTheStartDelayTheFirstSignature) {
    WitnessedLog log(3, 2);
    log.store.add(50);
    log.fakes[0]->mood_ = Mood::kDead;
    log.fakes[1]->mood_ = Mood::kRefuses;
    const auto publisher = log.publisher();
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "too_few_witnesses");
        EXPECT_FALSE(log.store.checkpoint_);
        EXPECT_FALSE(publisher->stopped());
    }
    log.fakes[0]->mood_ = Mood::kHonest;
    EXPECT_EQ(code_of(publisher->publish_once(kTestTime)), "published");
    EXPECT_EQ(log.published()->checkpoint.size, 50U);
}

TEST(PublishingWitnesses, CrashBetweenSignatureAndWitnessesIsFinishedByTheNextStart) {
    for (const std::string_view at : {"swapped", "last_signed", "witnesses_answered"}) {
        WitnessedLog log(2, 2);
        log.store.add(30);
        const auto crashing = log.publisher([at](std::string_view step) {
            if (step == at) throw std::runtime_error("crash");
        });
        EXPECT_THROW((void)crashing->publish_once(kTestTime), std::runtime_error);
        EXPECT_FALSE(std::filesystem::exists(log.tiles() / "checkpoint"));
        log.forget();
        EXPECT_EQ(code_of(log.publisher()->publish_once(kTestTime)), "published") << at;
        EXPECT_EQ(log.published()->cosignatures.size(), 2U);
    }
}

TEST(PublishingWitnesses, LoopSaysThatPublishingIsDelayedAndGoesOn) {
    WitnessedLog log(2, 2);
    log.store.add(10);
    log.fakes[1]->mood_ = Mood::kDead;
    struct FixedClock final : Clock {
        [[nodiscard]] Time now() const override { return kTestTime; }
    } clock;
    std::atomic<int> delays = 0;
    PublisherLoop::Listeners listeners;
    listeners.delayed = [&delays](const Error&) { ++delays; };
    PublisherLoopOptions options;
    options.interval_ms = 5;
    options.retry_ms = 5;
    const auto publisher = log.publisher();
    PublisherLoop loop(*publisher, clock, options, listeners);
    loop.start();
    EXPECT_FALSE(loop.wait_published(10, 200));
    EXPECT_GT(delays, 1);
    ASSERT_TRUE(loop.status().delayed);
    EXPECT_EQ(loop.status().delayed->code(), "too_few_witnesses");
    EXPECT_NE(loop.status().delayed->detail().find("w2: connection refused"), std::string::npos);
    EXPECT_EQ(loop.status().delayed_since, kTestTime);
    EXPECT_FALSE(loop.status().stopped);
    EXPECT_EQ(loop.witnesses()->status().size(), 2U);
    log.fakes[1]->mood_ = Mood::kHonest;
    EXPECT_TRUE(loop.wait_published(10, 20'000));
    loop.stop();
    EXPECT_FALSE(loop.status().delayed);
}

}  // namespace
}  // namespace suanpan::services
