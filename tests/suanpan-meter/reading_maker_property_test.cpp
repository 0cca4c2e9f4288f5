// Random days against a slow, obvious model and against the server's own rules: clocks that are set
// back and ahead, restarts of the meter and of the machine, counters that begin anew, devices that
// come and go, samples that are missing, a disk that is full.

#include "apps/suanpan-meter/reading_maker.hpp"
#include "base/time.hpp"
#include "settlement/lease_meter.hpp"
#include "support/seed.hpp"
#include "tests/suanpan-meter/chain_world.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>

namespace suanpan::meter {
namespace {

using settlement::Reading;

struct Day {
    MakerRules rules;
    Window active;
    std::vector<Sample> samples;
};

// Whole seconds, so that the model can go second by second.
class DayMaker {
 public:
    explicit DayMaker(std::uint64_t seed) : random_(seed) {}

    std::int64_t between(std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
    }

    Day make() {
        Day day;
        static constexpr std::array<std::int64_t, 6> kSteps = {1, 7, 60, 300, 420, 3'600};
        day.rules.lots = Lots(between(1, 9));
        day.rules.step = Duration(kSteps.at(static_cast<std::size_t>(between(0, 5))));
        const std::int64_t start = between(0, 5'000);
        const std::int64_t length = between(1, 15'000);
        day.active = window_at(start, start + length);
        const std::int64_t late = std::min<std::int64_t>(between(-500, 1'000), length - 1);
        Sample sample = sample_at(std::max<std::int64_t>(start + late, 0), 0);
        sample.raw.energy_mj = 0;
        day.samples.push_back(sample);
        while (sample.moment.wall_us < day.active.end.value * kMicro) {
            go_on(day.rules, sample);
            day.samples.push_back(sample);
        }
        return day;
    }

 private:
    void pass(Sample& sample, std::int64_t wall_s, std::int64_t awake_s) {
        sample.moment.wall_us += wall_s * kMicro;
        sample.moment.awake_us += awake_s * kMicro;
    }

    void go_on(const MakerRules& rules, Sample& sample) {
        const std::int64_t chance = between(0, 399);
        std::int64_t seconds = between(1, 20);
        if (chance == 0) seconds = between(20, 5'000);                  // the meter was stopped
        if (chance == 1) pass(sample, -between(1, 3'000), 0);           // set back
        if (chance == 2) pass(sample, between(1, 100), 0);              // set ahead, or asleep
        if (chance == 3) sample.raw.busy_us = 0;                        // a counter anew
        if (chance < 8) sample.there_ppm = between(0, 2) * (kPpm / 2);  // devices go or come
        if (chance == 8) {
            sample.moment.boot += "'";
            sample.moment.awake_us = 0;
            sample.raw = {0, 0, {}, {}};
        }
        pass(sample, seconds, seconds);
        *sample.raw.busy_us += between(0, seconds * rules.lots.value * kMicro * 11 / 10);
        *sample.raw.energy_mj += between(0, 1'000'000);
    }

    std::mt19937_64 random_;
};

// Lot-time of each second of the active time, in ppm of a lot-microsecond.
class Model {
 public:
    explicit Model(const Day& day) : day_(day), lot_(seconds_of(day.active)) {
        for (std::size_t i = 1; i < day.samples.size(); ++i)
            between(day.samples[i - 1], day.samples[i]);
    }

    // Up to that time.
    [[nodiscard]] std::int64_t lot_us(Time until) const {
        Int128 sum = 0;
        for (std::int64_t i = 0; i < until.value - day_.active.start.value; ++i)
            sum += lot_[static_cast<std::size_t>(i)];
        return static_cast<std::int64_t>(sum / kPpm);
    }

 private:
    static std::size_t seconds_of(const Window& window) {
        return static_cast<std::size_t>(window.length().value);
    }

    void between(const Sample& from, const Sample& to) {
        const std::int64_t wall = (to.moment.wall_us - from.moment.wall_us) / kMicro;
        const std::int64_t awake = (to.moment.awake_us - from.moment.awake_us) / kMicro;
        const bool watched =
            from.moment.boot == to.moment.boot && awake * kMicro <= day_.rules.unwatched_us;
        for (std::int64_t i = 0; i < wall; ++i) {
            const std::int64_t second = from.moment.wall_us / kMicro + i;
            if (second < reached_) continue;
            reached_ = second + 1;
            if (!watched || !day_.active.contains(Time(second))) continue;
            lot_[static_cast<std::size_t>(second - day_.active.start.value)] =
                kMicro * std::min(wall, awake) * kPpm / wall * day_.rules.lots.value / kPpm *
                std::min(from.there_ppm, to.there_ppm);
        }
    }

    const Day& day_;
    std::vector<Int128> lot_;
    std::int64_t reached_ = 0;
};

std::string shown(const Reading& reading) {
    return std::to_string(reading.epoch) + "/" + std::to_string(reading.seq) + " " +
           to_string(reading.window.start) + ".." + to_string(reading.window.end);
}

// What holds of every chain.
class ChainCheck {
 public:
    explicit ChainCheck(const Day& day)
        : day_(day),
          judge_({some_lease(), day.rules.lots, day.active, false}, settlement::MeteringRules{}) {
        judge_.activate(day.active.start);
    }

    void take(const Reading& reading, std::int64_t wall_us) {
        const Window& window = reading.window;
        EXPECT_EQ(window.start, at_.value_or(day_.active.start)) << shown(reading);
        EXPECT_LT(window.start, window.end) << shown(reading);
        EXPECT_LE(window.end, day_.active.end) << shown(reading);
        EXPECT_LE(window.end.value * kMicro, wall_us) << shown(reading);
        EXPECT_EQ(floor_to_grid(window.start, Duration(3'600)),
                  floor_to_grid(Time(window.end.value - 1), Duration(3'600)))
            << shown(reading);
        if (last_ && last_->epoch == reading.epoch) {
            EXPECT_EQ(reading.seq, last_->seq + 1);
            EXPECT_EQ(reading.prev, settlement::reading_hash(some_lease(), some_meter(), *last_));
        } else {
            EXPECT_EQ(reading.seq, 0);
            EXPECT_EQ(reading.prev, Hash{});
            if (last_) {
                EXPECT_GT(reading.epoch, last_->epoch);
                earlier_us_ += last_->counters.lot_us;
            }
        }
        last_ = reading;
        at_ = window.end;
        judge(reading, wall_us);
    }

    // Over all epochs.
    [[nodiscard]] std::int64_t lot_us() const {
        return last_ ? earlier_us_ + last_->counters.lot_us : 0;
    }
    [[nodiscard]] std::int64_t final_us() {
        std::int64_t sum = 0;
        for (const auto& window : judge_.take_final(day_.active.end, LogIndex(++index_)))
            sum += window.lot_us;
        EXPECT_TRUE(judge_.all_final());
        return sum;
    }
    [[nodiscard]] const std::optional<Reading>& last() const { return last_; }

 private:
    void judge(const Reading& reading, std::int64_t wall_us) {
        received_ = std::max(received_, Time(wall_us / kMicro));
        const settlement::ReadingBatch batch{
            some_lease(), some_meter(), settlement::MeterRole::kProvider, {reading}};
        const auto verdict = judge_.accept(batch, received_, LogIndex(++index_)).at(0);
        EXPECT_EQ(verdict.verdict, settlement::Verdict::kAccepted)
            << shown(reading) << ": " << verdict.code << ": " << verdict.detail;
    }

    const Day& day_;
    settlement::LeaseMeter judge_;
    std::optional<Reading> last_;
    std::optional<Time> at_;
    Time received_;
    std::int64_t index_ = 0;
    std::int64_t earlier_us_ = 0;
};

constexpr int kDays = 300;

// Each rounds down once per window, and once per pair of samples.
std::int64_t tolerance_us(const Day& day) {
    return static_cast<std::int64_t>(2 * day.samples.size()) +
           day.active.length().value * day.rules.lots.value;
}

std::int64_t distance(std::int64_t a, std::int64_t b) {
    return std::max(a, b) - std::min(a, b);
}

TEST(ReadingMakerProperty, AgreesWithTheModelSecondBySecond) {
    DayMaker days(support::test_seed());
    for (int i = 0; i < kDays; ++i) {
        const Day day = days.make();
        const Model model(day);
        ChainCheck check(day);
        ReadingMaker maker(some_lease(), some_meter(), day.rules);
        maker.set_active(day.active);
        std::size_t readings = 0;
        for (const Sample& sample : day.samples) {
            // A restart goes on exactly.
            if (days.between(0, 9) == 0 && !maker.doubts_clock()) {
                auto state = parse_chain_state(to_json(maker.state()));
                ASSERT_TRUE(state);
                maker = ReadingMaker(some_lease(), some_meter(), day.rules, std::move(*state));
            }
            for (const Reading& reading : maker.add(sample, 100'000)) {
                check.take(reading, sample.moment.wall_us);
                const bool look = ++readings % 16 == 0 || reading.window.end == day.active.end;
                if (look && !reading.estimated) {
                    EXPECT_LE(distance(check.lot_us(), model.lot_us(reading.window.end)),
                              tolerance_us(day))
                        << "day " << i << " " << shown(reading);
                }
            }
            if (HasFailure()) FAIL() << "day " << i;
        }
        ASSERT_TRUE(maker.done()) << "day " << i;
        EXPECT_LE(distance(check.lot_us(), model.lot_us(day.active.end)), tolerance_us(day))
            << "day " << i;
        EXPECT_EQ(check.final_us(), check.lot_us()) << "day " << i;
    }
}

TEST(ReadingMakerProperty, AFullDiskDelaysReadingsAndLosesNothing) {
    DayMaker days(support::test_seed());
    for (int i = 0; i < kDays; ++i) {
        const Day day = days.make();
        ChainCheck check(day);
        ReadingMaker maker(some_lease(), some_meter(), day.rules);
        ReadingMaker easy = maker;
        maker.set_active(day.active);
        easy.set_active(day.active);
        std::int64_t easy_us = 0;
        std::optional<Reading> easy_last;
        bool full = false;
        for (const Sample& sample : day.samples) {
            if (days.between(0, 99) == 0) full = !full;
            const std::size_t limit = full ? 0 : static_cast<std::size_t>(days.between(1, 5));
            for (const Reading& reading : maker.add(sample, limit))
                check.take(reading, sample.moment.wall_us);
            for (const Reading& reading : easy.add(sample, 100'000)) {
                if (easy_last && easy_last->epoch != reading.epoch)
                    easy_us += easy_last->counters.lot_us;
                easy_last = reading;
            }
            if (HasFailure()) FAIL() << "day " << i;
        }
        for (int more = 0; more < 10'000 && !maker.done(); ++more) {
            for (const Reading& reading : maker.take(5))
                check.take(reading, day.samples.back().moment.wall_us);
        }
        if (easy_last) easy_us += easy_last->counters.lot_us;
        EXPECT_EQ(check.lot_us(), easy_us) << "day " << i;
        EXPECT_EQ(check.final_us(), check.lot_us()) << "day " << i;
    }
}

}  // namespace
}  // namespace suanpan::meter
