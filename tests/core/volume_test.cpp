// A month's volume is what its windows are billed at, whenever their disputes end; and what a run
// has no turn for does not hold the market up (metering-settlement "The waterfall", "Settlement
// runs").

#include "base/decimal.hpp"
#include "delivery.hpp"
#include "disputed.hpp"
#include "replayed.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::Delivered;
using settlement::DisputeParty;
using settlement::VolumeTier;

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kMinuteUs = 60'000'000;
const OrganisationId kOther = SmallMarket::organisation(5);
const AgreementId kAgreement = numbered<AgreementId>(1);

AgreeDiscount by_volume(const AgreementId& id, const OrganisationId& provider,
                        const OrganisationId& buyer, Money from) {
    settlement::DiscountAgreement agreement;
    agreement.id = id;
    agreement.provider = provider;
    agreement.buyer = buyer;
    agreement.currency = kCurrency;
    agreement.tiers = {VolumeTier{Money(0), Ppm(0)}, VolumeTier{from, Ppm(100'000)}};
    agreement.from = kStart;
    return AgreeDiscount{agreement};
}

// Where a dispute ends: a run prices windows in its first steps, and settles them in later ones.
enum class End { kBeforeTheRun, kBetweenItsSteps, kBehindTheRun };
constexpr std::array kEnds{End::kBeforeTheRun, End::kBetweenItsSteps, End::kBehindTheRun};

struct DisputedMinute {
    std::int64_t minute = 0;  // of the first lease's hour
    DisputeParty by = DisputeParty::kBuyer;
    std::int64_t result_us = 0;  // a minute's lot-time is final
    End end = End::kBeforeTheRun;
};

// The buyer has half of two lots for an hour, at 1 a lot and minute, and later a second hour. As
// many windows of somebody else as a step prices lie behind the first one.
class MonthOfDisputes {
 public:
    MonthOfDisputes(Money tier, std::vector<DisputedMinute> minutes)
        : minutes_(std::move(minutes)) {
        SetSchedule schedule = small_schedule();
        schedule.metering.billing_window = Duration(kMinute);
        schedule.metering.deadline = Duration(43'200);
        day.run(kBoss, schedule);
        day.run(kSeller, by_volume(kAgreement, kSeller, kBuyer, tier));
        day.run(kSeller, by_volume(numbered<AgreementId>(2), kSeller, kOther, tier));
        const LeaseId first = lease(kBuyer, 4, 2, "60", 1, 2);
        const LeaseId filling = lease(kOther, 5, 1, "1", 1, 19);
        read(first, kHourUs, 1, 2);
        read(filling, kHourUs, 1, 19);
        open_all(first);
        end_all(End::kBeforeTheRun);
        const LogIndex to = day.market.head().size;
        RunRow run = day.run(kBoss, Settle{LogIndex(0), to}).run.value();
        EXPECT_EQ(run.leases, 0) << "the first step prices only";
        expect_run_open(to);
        end_all(End::kBetweenItsSteps);
        while (!run.closed)
            run = day.run(kBoss, Settle{LogIndex(0), to}).run.value();
        end_all(End::kBehindTheRun);
        billed_before = billed();
        EXPECT_EQ(volume(), billed_before);
        const LeaseId second = lease(kBuyer, 4, 2, "60", 20, 21);
        read(second, 2 * kHourUs, 20, 21);
        later = settle(day, to);
        std::ranges::sort(later, {}, [](const auto& line) { return line.window.end; });
    }

    // What all lines of the buyer come to, corrections too.
    [[nodiscard]] Money billed() const {
        Money sum(0);
        for (const SettlementLineRow& line : day.lines) {
            if (mine_.contains(line.lease)) sum.value += line.line.amount.value;
        }
        return sum;
    }
    [[nodiscard]] Money volume() const {
        const auto volumes = day.market.state().volumes;
        const auto found = std::ranges::find(volumes, kAgreement, &VolumeRow::agreement);
        return found == volumes.end() ? Money(0) : found->volume;
    }
    // After all that can still become free.
    std::map<std::pair<std::uint8_t, AccountKind>, Money> last_balances() {
        day.now = Time(day.now.value + 60 * kDay);
        day.run(kBoss, Tick{});
        std::map<std::pair<std::uint8_t, AccountKind>, Money> out;
        for (std::uint8_t who = 1; who <= 5; ++who) {
            for (const AccountKind kind :
                 {AccountKind::kAvailable, AccountKind::kHeld, AccountKind::kPending,
                  AccountKind::kReceivable, AccountKind::kFees})
                out[{who, kind}] = day.balance(who, kind);
        }
        return out;
    }

    SmallMarket day;
    Money billed_before{0};  // the second hour
    std::vector<SettlementLineRow> later;

 private:
    // Nothing else begins before the run is finished, and it is still the same one afterwards.
    void expect_run_open(LogIndex to) {
        EXPECT_EQ(refusal(day.run(kBoss, Settle{LogIndex(0), LogIndex(to.value + 1)})), "run_open");
        EXPECT_EQ(refusal(day.run(kBoss, Settle{to, LogIndex(to.value + 1)})), "run_open");
        const settlement::Month before(settlement::month_of(kStart).value - 1);
        EXPECT_EQ(refusal(day.close_month(before)), "run_open");
    }
    LeaseId lease(const OrganisationId& buyer, std::uint8_t number, std::int64_t lots,
                  const char* price, std::int64_t from, std::int64_t to) {
        const Window window = SmallMarket::hours(from, to);
        day.run(kSeller, day.sell(2, lots, price, window));
        const LeaseId id = day.run(buyer, day.buy(number, lots, price, window)).leases.at(0).id;
        hand_over(day, id);
        if (buyer == kBuyer) mine_.insert(id);
        return id;
    }
    void read(const LeaseId& lease, std::int64_t hourly_us, std::int64_t from, std::int64_t to) {
        for (std::int64_t hour = from; hour < to; ++hour) {
            const Window window = SmallMarket::hours(hour, hour + 1);
            day.now = std::max(day.now, window.end);
            const auto outcome = day.run(
                kSeller, day.reading(2, lease, hour - from, window, (hour + 1 - from) * hourly_us));
            ASSERT_EQ(outcome.readings.at(0).verdict, settlement::Verdict::kAccepted);
        }
    }
    void open_all(const LeaseId& lease) {
        for (const DisputedMinute& minute : minutes_) {
            const bool buyer = minute.by == DisputeParty::kBuyer;
            settlement::DisputeClaim claim;
            claim.by = minute.by;
            claim.delivered = {buyer ? 0 : 2 * kMinuteUs, Ppm(0)};
            const Time start(SmallMarket::hours(1, 2).start.value + minute.minute * kMinute);
            const auto opened = day.run(buyer ? kBuyer : kSeller, OpenDispute{lease, start, claim});
            ASSERT_EQ(refusal(opened), "none");
            disputes_.push_back(opened.dispute->dispute.id);
        }
    }
    void end_all(End when) {
        for (std::size_t i = 0; i < minutes_.size(); ++i) {
            if (minutes_[i].end != when) continue;
            const Delivered agreed{minutes_[i].result_us, Ppm(0)};
            day.run(kBuyer, OfferSettlement{disputes_[i], DisputeParty::kBuyer, agreed});
            const auto ended =
                day.run(kSeller, OfferSettlement{disputes_[i], DisputeParty::kProvider, agreed});
            ASSERT_EQ(ended.dispute->dispute.state, settlement::DisputeState::kAgreed);
        }
    }

    std::vector<DisputedMinute> minutes_;
    std::vector<DisputeId> disputes_;
    std::set<LeaseId> mine_;
};

// The volume stayed as first counted when the dispute ended between two steps of the run, or behind
// it: 60 came to a tier that the 59.5 that were billed do not come to.
TEST(Volume, FollowsTheEndOfADisputeWheneverItComes) {
    std::vector<std::map<std::pair<std::uint8_t, AccountKind>, Money>> balances;
    for (const End end : kEnds) {
        SCOPED_TRACE(static_cast<int>(end));
        MonthOfDisputes month(Money(60'000'000),
                              {DisputedMinute{10, DisputeParty::kBuyer, kMinuteUs / 2, end}});
        EXPECT_EQ(to_string(month.billed_before), "59.500000");
        ASSERT_EQ(month.later.size(), 60U);
        EXPECT_EQ(month.later.at(0).line.discount, Money(0));
        EXPECT_EQ(to_string(month.later.at(1).line.discount), "0.200000");
        EXPECT_EQ(month.volume(), month.billed());
        expect_the_same_from_log_and_rows(month.day);
        balances.push_back(month.last_balances());
    }
    EXPECT_EQ(balances.at(0), balances.at(1));
    EXPECT_EQ(balances.at(0), balances.at(2));
}

// Against the sums of the lines; and the order of the ends decides on nothing as long as no line
// was priced in between that they could have moved into another tier.
TEST(VolumeRandom, IsWhatIsBilledInAnyOrderOfEnds) {
    std::mt19937_64 random(support::test_seed());
    const auto below = [&](std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random);
    };
    for (int round = 0; round < 6; ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        std::vector<DisputedMinute> minutes;
        for (std::int64_t minute = below(8); minute < 60; minute += 1 + below(12)) {
            const bool buyer = below(2) == 0;
            minutes.push_back({minute, buyer ? DisputeParty::kBuyer : DisputeParty::kProvider,
                               (buyer ? 0 : kMinuteUs) + below(kMinuteUs + 1),
                               kEnds.at(static_cast<std::size_t>(below(3)))});
        }
        // None of the first hour reaches it.
        const Money tier(60'000'000 + std::ssize(minutes) * 1'000'000 + below(80'000'000));
        MonthOfDisputes one(tier, minutes);
        for (DisputedMinute& minute : minutes)
            minute.end = kEnds.at(static_cast<std::size_t>(below(3)));
        MonthOfDisputes other(tier, minutes);
        if (testing::Test::HasFatalFailure()) return;
        Money volume = one.billed_before;
        for (const SettlementLineRow& line : one.later) {
            const std::int64_t ppm = volume < tier ? 0 : 100'000;
            ASSERT_EQ(line.line.discount.value, line.line.sale.value * ppm / 1'000'000);
            volume.value += line.line.amount.value;
        }
        ASSERT_EQ(one.volume(), volume);
        ASSERT_EQ(one.volume(), other.volume());
        expect_the_same_from_log_and_rows(one.day);
        ASSERT_EQ(one.last_balances(), other.last_balances());
    }
}

// Windows of four seconds, so that an hour of a lease has many of them.
class ManyWindows {
 public:
    ManyWindows() {
        SetSchedule schedule = small_schedule();
        schedule.metering.billing_window = Duration(4);
        schedule.metering.deadline = Duration(4'000);
        day.run(kBoss, schedule);
        day.run(kSeller, by_volume(kAgreement, kSeller, kBuyer, Money(1)));
        day.run(kPartner, by_volume(numbered<AgreementId>(2), kPartner, kBuyer, Money(1)));
    }
    LeaseId lease(std::uint8_t provider, Window window) {
        day.run(SmallMarket::organisation(provider), day.sell(provider, 1, "1", window));
        const LeaseId id = day.run(kBuyer, day.buy(4, 1, "1", window)).leases.at(0).id;
        day.run(SmallMarket::organisation(provider), AdvanceLease{id, LeaseAction::kAccept});
        day.run(SmallMarket::organisation(provider), AdvanceLease{id, LeaseAction::kActivate});
        return id;
    }
    void read(std::uint8_t provider, const LeaseId& lease, Window window) {
        day.now = SmallMarket::hours(1, 2).end;
        const auto outcome =
            day.run(SmallMarket::organisation(provider),
                    day.reading(provider, lease, 0, window, window.length().value * 1'000'000));
        ASSERT_EQ(outcome.readings.at(0).verdict, settlement::Verdict::kAccepted);
    }

    SmallMarket day;
};

// A run walked over all of them in one command, and the market stood still for as long.
TEST(Volume, WindowsBehindTheRunsRangeArePassedOverInSteps) {
    ManyWindows many;
    SmallMarket& day = many.day;
    const Window hour = SmallMarket::hours(1, 2);
    std::vector<std::pair<std::uint8_t, LeaseId>> behind;
    for (int i = 0; i < 12; ++i) {
        const std::uint8_t provider = i < 9 ? 2 : 3;
        behind.emplace_back(provider, many.lease(provider, hour));
    }
    const Window last{Time(hour.end.value - kMinute), hour.end};
    many.read(2, many.lease(2, last), last);
    const LogIndex to = day.market.head().size;
    for (const auto& [provider, lease] : behind)
        many.read(provider, lease, hour);

    RunRow run = day.run(kBoss, Settle{LogIndex(0), to}).run.value();
    EXPECT_TRUE(day.market.state().volumes.empty()) << "more lie before it than a step passes over";
    EXPECT_LT(run.priced.end, last.start);
    Market restarted;
    restarted.load(day.market.state());
    for (std::uint8_t step = 1; !run.closed; ++step) {
        const Command next(numbered<CommandId>(step), kBoss, Auth::kApiKey,
                           Settle{LogIndex(0), to});
        const auto outcome = day.market.apply(next, day.now);
        run = outcome.run.value();
        const auto again = restarted.apply(next, day.now);
        ASSERT_EQ(again.run, outcome.run);
        for (const EntryDraft& entry : outcome.entries)
            day.log.push_back(entry.bytes);
    }
    EXPECT_EQ(run.totals.at(kCurrency).windows, 15);
    EXPECT_EQ(digest(restarted.state()), digest(day.market.state()));
    expect_the_same_from_log_and_rows(day);
    day.take_changes();
    EXPECT_EQ(settle(day, to).size(), 12U * 900) << "the others are the next run's";
}

// Of which none has a window to settle.
TEST(Volume, ManyLeasesArePassedOverInSteps) {
    SmallMarket day;
    constexpr std::int64_t kHours = 1'001;
    day.run(kSeller, day.sell(2, 10, "0.01", SmallMarket::hours(1, 1 + kHours)));
    for (std::int64_t hour = 1; hour <= kHours; ++hour) {
        for (int lot = 0; lot < 10; ++lot) {
            const auto bought =
                day.run(kBuyer, day.buy(4, 1, "0.01", SmallMarket::hours(hour, hour + 1)));
            ASSERT_EQ(bought.leases.size(), 1U);
        }
    }
    const LogIndex to = day.market.head().size;
    const RunRow first = day.run(kBoss, Settle{LogIndex(0), to}).run.value();
    EXPECT_FALSE(first.closed);
    EXPECT_FALSE(first.cursor.is_nil());
    EXPECT_TRUE(day.run(kBoss, Settle{LogIndex(0), to}).run.value().closed);
}

}  // namespace
}  // namespace suanpan::core
