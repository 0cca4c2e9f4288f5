#include "base/json.hpp"
#include "support/seed.hpp"
#include "tests/settlement/metering.hpp"
#include "tests/settlement/slow_meter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>

namespace suanpan::settlement {
namespace {

// One lease and everything that its meters may do to it: readings lost, repeated, out of order,
// late, equivocating, beyond what was sold, with windows across boundaries, counters reset.
class RandomHistory {
 public:
    explicit RandomHistory(std::uint64_t seed) : random_(seed) {
        rules_.billing_window = Duration(pick({60, 100, 300}));
        rules_.deadline = Duration(pick({120, 600}));
        rules_.future_tolerance = Duration(pick({0, 20}));
        rules_.longest_reading = Duration(90);
        rules_.mismatch_floor_us = pick({0, 5'000'000});
        lease_ = MeteredLease{test_lease(), Lots(1 + below(4)),
                              between(below(50), 800 + below(300)), below(2) == 0};
        from_ = Time(lease_.contract.start.value + below(80));
        for (std::uint8_t n = 1; n <= 4; ++n) {
            if (n > 2 && below(2) == 0) continue;
            const MeterRole role = n % 2 == 1 ? MeterRole::kProvider : MeterRole::kBuyer;
            make_readings(SimulatedMeter(n, n == 4 ? pick_role() : role));
        }
        std::sort(mail_.begin(), mail_.end(), [](const Mail& a, const Mail& b) {
            return std::pair(a.time, a.order) < std::pair(b.time, b.order);
        });
    }

    void run();

    static inline std::map<std::string, int> seen;  // verdicts and kinds of windows over all runs

 private:
    struct Mail {
        Time time;
        ReadingBatch batch;
        std::size_t order = 0;
    };

    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
    }
    std::int64_t pick(std::initializer_list<std::int64_t> values) {
        return *(values.begin() + below(static_cast<std::int64_t>(values.size())));
    }
    MeterRole pick_role() { return static_cast<MeterRole>(below(3)); }

    void make_readings(SimulatedMeter meter);
    void post(const SimulatedMeter& meter, const Reading& reading, int trouble,
              std::int64_t clock_error);
    Reading damaged(const SimulatedMeter& meter, Reading reading);
    void deliver(const Mail& mail);
    void take(Time now);
    void perhaps_restart();

    std::mt19937_64 random_;
    MeteringRules rules_;
    MeteredLease lease_;
    Time from_;
    std::vector<Mail> mail_;
    std::optional<LeaseMeter> meter_;
    std::optional<SlowMeter> model_;
    LogIndex index_{0};
    std::map<Time, FinalWindow> final_;
};

void RandomHistory::make_readings(SimulatedMeter meter) {
    const int trouble = static_cast<int>(pick({0, 0, 5, 30}));
    const bool cut = below(2) == 0;
    const std::int64_t share = pick({1000, 1000, 997, 993, 600, 0});
    const std::int64_t longest = pick({7, 30, 60, 90});
    Time time = from_;
    std::int64_t clock_error = 0;
    while (time < lease_.contract.end) {
        Time end(time.value + 1 + below(longest));
        const std::int64_t step = rules_.billing_window.value;
        if (cut) end = std::min(end, Time((time.value / step + 1) * step));
        if (below(100) != 0) end = std::min(end, lease_.contract.end);
        if (below(100) < trouble) meter.reset();
        const std::int64_t most = lease_.lots.value * (end.value - time.value) * 1'000'000;
        std::int64_t lot = most * share / 1000;
        if (below(100) < trouble) lot = below(most + 1 + most / 50);
        std::int64_t busy = below(lot + 1);
        if (below(100) < trouble / 3) busy = lot + 1 + below(1'000);
        const Reading reading =
            meter.measure(Window{time, end}, lot, busy, below(100) < trouble / 2);
        if (below(100) >= trouble / 2) post(meter, reading, trouble, clock_error);
        time = end;
        if (below(100) < trouble / 3) time.value += below(20);
        if (below(200) < trouble / 2) {
            // The meter's clock is set: ahead of the time, or back over what was measured.
            const std::int64_t jump = below(121) - 60;
            time.value = std::max(lease_.contract.start.value, time.value + jump);
            clock_error += jump;
        }
    }
}

void RandomHistory::post(const SimulatedMeter& meter, const Reading& reading, int trouble,
                         std::int64_t clock_error) {
    std::int64_t delay = below(10) - 2 - clock_error;
    if (below(100) < trouble) delay = below(rules_.deadline.value * 2);
    mail_.push_back(
        Mail{Time(reading.window.end.value + delay), meter.batch({reading}), mail_.size()});
    if (below(100) < trouble) {
        // Again, or something else in its place.
        const Time later(mail_.back().time.value - 20 + below(300));
        const Reading again = below(2) == 0 ? reading : damaged(meter, reading);
        mail_.push_back(Mail{later, meter.batch({again}), mail_.size()});
    }
}

Reading RandomHistory::damaged(const SimulatedMeter& meter, Reading reading) {
    switch (below(8)) {
        case 0: reading.seq += below(4); break;
        case 1: reading.epoch = std::max<std::int64_t>(0, reading.epoch + below(3) - 1); break;
        case 2: reading.prev[0] ^= 1; break;
        case 3: reading.window.start.value += below(60) - 30; break;
        case 4: reading.window.end.value += below(60) - 30; break;
        case 5: reading.counters.lot_us += below(40'000'000) - 20'000'000; break;
        case 6: reading.counters.busy_us += below(40'000'000) - 20'000'000; break;
        default:
            reading.seq += below(3);
            reading.window.start.value -= below(30);
            break;
    }
    reading.counters.lot_us = std::max<std::int64_t>(0, reading.counters.lot_us);
    reading.counters.busy_us = std::max<std::int64_t>(0, reading.counters.busy_us);
    return rehashed(meter.meter(), reading);
}

void RandomHistory::deliver(const Mail& mail) {
    ++index_.value;
    const auto verdicts = meter_->accept(mail.batch, mail.time, index_);
    const auto expected = model_->accept(mail.batch, mail.time, index_);
    ASSERT_EQ(verdicts.size(), expected.size());
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        const ReadingVerdict& verdict = verdicts[i];
        std::string word = verdict.code;
        if (verdict.verdict == Verdict::kAccepted) word = "accepted";
        if (verdict.verdict == Verdict::kAcceptedWithGap) word = "gap";
        if (verdict.verdict == Verdict::kDuplicate) word = "duplicate";
        ++seen[word];
        ASSERT_EQ(verdict.accepted.has_value(), word == "equivocation");
        ASSERT_NE(verdict.accepted, mail.batch.readings[i].hash);
        // The other bytes of what is known only as a part of a contiguous run are forgotten; so is,
        // at last, that there was anything before what is final.
        if (expected[i] == "equivocation" && word == "duplicate") continue;
        if ((expected[i] == "equivocation" || expected[i] == "duplicate") &&
            (word == "window_final" || word == "bad_window" || word == "outside_active_time" ||
             word == "window_in_future")) {
            continue;
        }
        ASSERT_EQ(word, expected[i]) << "epoch " << verdict.epoch << " seq " << verdict.seq;
    }
}

void RandomHistory::take(Time now) {
    const auto deadline = meter_->next_deadline();
    ++index_.value;
    const auto final = meter_->take_final(now, index_);
    ASSERT_EQ(final, model_->take_final(now, index_));
    const auto fresh = std::count_if(final.begin(), final.end(), [&](const FinalWindow& window) {
        return window.final_at == index_;
    });
    // next_deadline() is exactly when something becomes final by itself.
    ASSERT_EQ(fresh > 0, deadline && *deadline <= now);
    for (const FinalWindow& window : final) {
        ASSERT_TRUE(final_.emplace(window.window.start, window).second) << "given twice";
        ASSERT_LE(window.lot_us + window.disputed_us,
                  lease_.lots.value * window.window.length().value * 1'000'000);
        ASSERT_LE(window.busy_us, window.lot_us);
        ASSERT_GE(window.busy_us, 0);
        seen["estimated"] += window.estimated ? 1 : 0;
        seen["disputed"] += window.disputed_us > 0 ? 1 : 0;
        ++seen["window"];
    }
}

void RandomHistory::perhaps_restart() {
    if (below(20) != 0) return;
    const std::string snapshot = meter_->snapshot();
    ASSERT_TRUE(is_canonical_json(snapshot));
    auto restored = LeaseMeter::restore(lease_, rules_, snapshot);
    ASSERT_TRUE(restored.has_value()) << restored.error().faults().front().pointer;
    ASSERT_EQ(restored->snapshot(), snapshot);
    meter_.emplace(std::move(*restored));
}

void RandomHistory::run() {
    meter_.emplace(lease_, rules_);
    meter_->activate(from_);
    model_.emplace(lease_, rules_, from_);
    std::optional<Time> ends;
    if (below(3) == 0) ends = Time(from_.value + below(900));
    Time now = from_;
    for (std::size_t i = 0; i < mail_.size(); ++i) {
        now = std::max(now, mail_[i].time);
        if (ends && now >= *ends) {
            meter_->end_active(now);
            model_->end_active(now);
            ends.reset();
        }
        Mail mail{now, mail_[i].batch, i};
        while (i + 1 < mail_.size() && mail.batch.readings.size() < 5 && below(2) == 0 &&
               mail_[i + 1].batch.meter == mail.batch.meter &&
               mail_[i + 1].batch.role == mail.batch.role) {
            mail.batch.readings.push_back(mail_[++i].batch.readings.front());
        }
        ASSERT_NO_FATAL_FAILURE(deliver(mail));
        if (below(3) == 0) ASSERT_NO_FATAL_FAILURE(take(now));
        ASSERT_NO_FATAL_FAILURE(perhaps_restart());
    }
    while (!meter_->all_final()) {
        now = std::max(now, meter_->next_deadline().value_or(now));
        ASSERT_NO_FATAL_FAILURE(take(now));
    }
    ASSERT_TRUE(model_->all_final());
    ASSERT_EQ(meter_->next_deadline(), std::nullopt);
    // Every moment of the active time is in one window.
    Time covered = from_;
    for (const auto& [start, window] : final_) {
        ASSERT_EQ(start, covered);
        covered = window.window.end;
    }
    ASSERT_EQ(covered, std::max(from_, meter_->active()->end));
}

TEST(LeaseMeterRandom, BehavesLikeTheSlowModelAlsoAfterRestarts) {
    const std::uint64_t seed = support::test_seed();
    std::mt19937_64 seeds(seed);
    RandomHistory::seen.clear();
    for (int round = 0; round < 100; ++round) {
        const std::uint64_t own = seeds();
        RandomHistory history(own);
        history.run();
        if (testing::Test::HasFatalFailure()) {
            ADD_FAILURE() << "round " << round << " of seed " << seed;
            return;
        }
    }
    // The histories reach every rule.
    for (const char* word :
         {"accepted", "gap", "duplicate", "equivocation", "bad_window", "window_in_future",
          "outside_active_time", "window_final", "counter_not_monotone", "too_much_lot_time",
          "too_much_busy_time", "estimated", "disputed", "window"}) {
        EXPECT_GT(RandomHistory::seen[word], 0) << word;
    }
}

}  // namespace
}  // namespace suanpan::settlement
