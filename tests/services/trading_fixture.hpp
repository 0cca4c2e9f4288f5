#pragma once

// A migrated database, a clock set by hand, and random commands of a small market, for the tests of
// the one thread that owns it.

#include "core/commands.hpp"
#include "core/market.hpp"
#include "db/pool.hpp"
#include "services/clock.hpp"
#include "services/trading/core_loop.hpp"
#include "support/test_database.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::services {

inline const Time kDawn = Time(1'800'000'000);
inline const matching::MarketKey kTestMarket{"AI-FP16", "CNY"};

class SetClock final : public Clock {
 public:
    [[nodiscard]] Time now() const override { return Time(seconds_); }
    void pass(std::int64_t seconds) { seconds_ += seconds; }

 private:
    std::atomic<std::int64_t> seconds_ = kDawn.value;
};

using Answered = Result<StoredResponse>;

core::Command make_command(const OrganisationId& actor, core::CommandBody body);
// Answers with the code of a refusal, or the id of an order.
StoredResponse plain_answer(const core::CommandOutcome& outcome);
Submission make_submission(core::Command command);
// Sends it; the future gets its answer, or the refusal to take it.
std::future<Answered> send(CoreLoop& loop, Submission submission);
Answered ask(CoreLoop& loop, Submission submission);

// Who trades: made by found().
struct Parties {
    OrganisationId boss;
    std::vector<OrganisationId> providers;
    std::vector<OrganisationId> buyers;
    std::vector<PoolId> pools;    // of the provider at the same place
    std::vector<MeterId> meters;  // of the provider at the same place
};
// The commands that make a market with two providers of ten lots each and two buyers with money.
std::vector<core::Command> founding(Parties& parties);

core::PlaceOrder make_sell(const Parties& parties, std::size_t provider, std::int64_t lots,
                           std::int64_t price_micro, Window window);
core::PlaceOrder make_buy(const Parties& parties, std::size_t buyer, std::int64_t lots,
                          std::int64_t price_micro, Window window);
// By the word of the payment provider that founding() registers; each is a payment of its own.
core::TakePayment make_deposit(const OrganisationId& organisation, std::int64_t micro);

// Sensible and foolish commands, which follow from what came of those before. Thread-safe.
class RandomTrade {
 public:
    RandomTrade(Parties parties, const Clock& clock, std::uint64_t seed)
        : parties_(std::move(parties)), clock_(clock), random_(seed) {}

    core::Command next();
    void learn(const core::CommandOutcome& outcome);

 private:
    std::int64_t below(std::int64_t n);
    Window some_hours();
    core::Command advance_or_cancel();
    core::Command meter();
    core::Command control();
    core::Command replace_or_release();
    void learn_block(const core::CommandOutcome& outcome);

    Parties parties_;
    const Clock& clock_;
    std::mutex mutex_;
    std::mt19937_64 random_;
    std::vector<OrderId> orders_;
    std::map<LeaseId, core::LeaseRow> leases_;
    std::vector<Window> calls_;
    std::vector<std::pair<std::size_t, LogIndex>> blocks_;
    std::int64_t log_size_ = 0;
    LogIndex settled_until_{0};
};

class Trading : public testing::Test {
 protected:
    void SetUp() override;

    static CoreLoop::Options quick();
    // Starts a loop and founds the market.
    std::unique_ptr<CoreLoop> open(CoreLoop::Options options = quick());
    // Sends `count` random commands, `together` at a time, and waits for all answers.
    void trade(CoreLoop& loop, int count, int together);

    // Memory, the database, and a replay of the log give one digest.
    void expect_one_truth(CoreLoop& loop);
    std::int64_t times_logged(const core::Command& command);
    std::int64_t log_size();
    // Cuts connections of the application by force.
    void cut(const std::string& which_pids);

    support::TestDatabase database;
    db::Pool pool{database.conninfo()};
    SetClock clock;
    Parties parties;
    std::unique_ptr<RandomTrade> random;
};

}  // namespace suanpan::services
