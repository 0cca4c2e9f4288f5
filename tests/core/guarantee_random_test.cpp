// Whatever the gauges of both sides say, in readings of any length, with some lost: each window's
// guarantees are judged as by a model that looks at every second.

#include "guaranteed.hpp"
#include "replayed.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace suanpan::core {
namespace {

using settlement::Gauges;
using settlement::Guarantee;
using settlement::MissedGuarantee;
using settlement::Quantity;

constexpr std::int64_t kHours = 4;

// What one side's meter said in each second; nothing where it did not measure.
class Seconds {
 public:
    void add(const Window& window, const Gauges& gauges) {
        for (std::int64_t second = window.start.value; second < window.end.value; ++second)
            said_[second] = gauges;
    }
    [[nodiscard]] std::optional<std::int64_t> percentile(const Guarantee& guarantee,
                                                         const Window& window) const {
        std::vector<std::int64_t> values;
        for (const auto& [second, gauges] : said_) {
            if (second < window.start.value || second >= window.end.value) continue;
            const auto& value =
                guarantee.quantity == Quantity::kLoss ? gauges.loss_ppm : gauges.rtt_p99_us;
            if (value) values.push_back(*value);
        }
        if (values.empty()) return std::nullopt;
        std::ranges::sort(values);
        std::size_t rank = 0;
        while (static_cast<std::int64_t>(rank + 1) * kPpm <
               static_cast<std::int64_t>(values.size()) * guarantee.percentile.value)
            ++rank;
        return values[rank];
    }

 private:
    std::map<std::int64_t, Gauges> said_;
};

std::int64_t credit_of(const Guarantee& guarantee, std::int64_t value) {
    std::int64_t credit = 0;
    for (const settlement::GuaranteeStep& step : guarantee.steps) {
        if (value > step.beyond) credit = step.credit.value;
    }
    return credit;
}

class GuaranteeDay {
 public:
    explicit GuaranteeDay(std::uint64_t seed) : random_(seed) {
        guarantees_ = {
            {Quantity::kRttP99,
             Ppm(1 + below(kPpm)),
             {{15'000, Ppm(1 + below(99'999))}, {35'000, Ppm(100'000 + below(900'000))}}},
            {Quantity::kLoss, Ppm(1 + below(kPpm)), {{900, Ppm(1 + below(kPpm))}}}};
    }

    void run() {
        lease_.emplace(guarantees_, kHours);
        const Window active = SmallMarket::hours(1, 1 + kHours);
        Time p = active.start;
        Time b = active.start;
        while (p < active.end || b < active.end) {
            const bool provider = p <= b;
            if (provider)
                p = measure(lease_->seller, kSeller, provider_, {p, active.end});
            else
                b = measure(lease_->buyer, kBuyer, buyer_, {b, active.end});
            if (below(12) == 0) restart();
        }
        lease_->day.now = Time(active.end.value + 90'000);
        lease_->day.run(kBoss, Tick{});
        expect_windows();
        expect_the_same_from_log_and_rows(lease_->day);
    }
    [[nodiscard]] std::size_t missed() const { return missed_; }
    [[nodiscard]] std::size_t disputed() const { return disputed_; }

 private:
    std::int64_t below(std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
    }
    Gauges some_gauges() {
        Gauges out;
        if (below(4) > 0) out.rtt_p99_us = 10'000 * below(5);
        if (below(4) > 0) out.loss_ppm = 400 * below(4);
        return out;
    }
    // The next reading, of which one in ten is lost; gives where it ends.
    Time measure(AnyMeter& meter, const OrganisationId& owner, Seconds& seconds,
                 const Window& rest) {
        const Window window{rest.start,
                            std::min(Time(rest.start.value + 60 + below(900)), rest.end)};
        const std::int64_t lot_us = GuaranteedLease::kLots * window.length().value * 1'000'000;
        const Gauges gauges = some_gauges();
        SmallMarket& day = lease_->day;
        day.now = std::max(day.now, window.end);
        const auto reading = meter.reading(lease_->lease.id, {window, lot_us, gauges});
        // The last one tells how much there was.
        if (below(10) == 0 && window.end < rest.end) return window.end;
        const auto outcome = day.run(owner, reading);
        EXPECT_FALSE(outcome.refusal);
        EXPECT_NE(outcome.readings.at(0).verdict, settlement::Verdict::kRefused);
        seconds.add(window, gauges);
        return window.end;
    }
    void restart() {
        Market loaded;
        loaded.load(lease_->day.market.state());
        lease_->day.market = std::move(loaded);
    }

    // With the credit that its better side does not admit.
    std::vector<MissedGuarantee> model(const Window& window) const {
        std::vector<MissedGuarantee> out;
        for (const Guarantee& guarantee : guarantees_) {
            std::vector<std::int64_t> values;
            for (const Seconds* side : {&provider_, &buyer_}) {
                if (const auto value = side->percentile(guarantee, window))
                    values.push_back(*value);
            }
            if (values.empty()) continue;
            const std::int64_t first = credit_of(guarantee, values.front());
            const std::int64_t last = credit_of(guarantee, values.back());
            const std::int64_t value = first >= last ? values.front() : values.back();
            const std::int64_t credit = std::max(first, last);
            if (credit == 0) continue;
            out.push_back({guarantee.quantity, guarantee.percentile, value, Ppm(credit),
                           Ppm(credit - std::min(first, last))});
        }
        return out;
    }

    void expect_windows() {
        const Rows state = lease_->day.market.state();
        ASSERT_EQ(state.windows.size(), static_cast<std::size_t>(kHours));
        std::map<Time, Ppm> credits;
        for (const FinalWindowRow& row : state.windows) {
            const auto expected = model(row.window.window);
            EXPECT_EQ(row.missed, expected) << "window of " << row.window.window.start.value;
            std::int64_t sum = 0;
            std::int64_t admitted = 0;
            for (const MissedGuarantee& each : expected) {
                sum += each.credit.value;
                admitted += each.credit.value - each.disputed.value;
            }
            credits[row.window.window.start] = Ppm(std::min(sum, kPpm));
            const bool disputed = std::min(sum, kPpm) > std::min(admitted, kPpm);
            missed_ += expected.empty() ? 0 : 1;
            disputed_ += disputed ? 1 : 0;
            EXPECT_EQ(std::ranges::count_if(state.disputes,
                                            [&](const DisputeRow& dispute) {
                                                return dispute.dispute.window == row.window.window;
                                            }),
                      disputed ? 1 : 0);
        }
        // The hour costs 20.000000, so the credit is a whole number.
        for (const SettlementLineRow& line : settle(lease_->day)) {
            EXPECT_EQ(line.line.sale, Money(20'000'000));
            EXPECT_EQ(line.line.credit, Money(20 * credits.at(line.window.start).value));
        }
    }

    std::mt19937_64 random_;
    std::vector<Guarantee> guarantees_;
    std::optional<GuaranteedLease> lease_;
    Seconds provider_;
    Seconds buyer_;
    std::size_t missed_ = 0;
    std::size_t disputed_ = 0;
};

TEST(GuaranteesRandom, AreJudgedAsByEverySecond) {
    const std::uint64_t seed = support::test_seed();
    std::size_t missed = 0;
    std::size_t disputed = 0;
    for (std::uint64_t day = 0; day < 30; ++day) {
        GuaranteeDay one(seed + day);
        one.run();
        if (HasFailure()) FAIL() << "day " << day << " of the seed " << seed;
        missed += one.missed();
        disputed += one.disputed();
    }
    EXPECT_GT(missed, 20U);
    EXPECT_GT(disputed, 10U);
}

}  // namespace
}  // namespace suanpan::core
