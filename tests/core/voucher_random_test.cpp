// Whatever was traded with vouchers, at whatever fees, prices, deliveries and early ends: no charge
// exceeds its hold, nothing stays reserved, all adds up after every command, and the log alone, or
// the rows, give the same state.

#include "core/replay.hpp"
#include "one_hour.hpp"
#include "support/seed.hpp"
#include "voucher_sums.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace suanpan::core {
namespace {

using settlement::AccountKind;

const OrganisationId kFunder = SmallMarket::organisation(6);
const GrantId kGrant = numbered<GrantId>(1);
constexpr std::int64_t kHours = 8;

class VoucherDay {
 public:
    explicit VoucherDay(std::uint64_t seed) : random_(seed) {}

    void run() {
        set_up();
        for (int i = 0; i < 30; ++i)
            trade();
        run_as(kBoss, CancelAll{});
        for (std::int64_t hour = 0; hour <= kHours; ++hour)
            pass_hour(hour);
        day_.now = Time(kStart.value + 20 * 86'400);
        run_as(kBoss, Tick{});
        settle();
        run_as(kBoss, Tick{});
        EXPECT_TRUE(day_.market.vouchers().reservations().empty());
        EXPECT_EQ(day_.balance(6, AccountKind::kReserved), Money(0));
        EXPECT_EQ(day_.balance(4, AccountKind::kHeld), Money(0));
    }
    void expect_the_same_from_log_and_rows() const {
        Replay replay;
        for (std::string entry : day_.log) {
            put_salt(entry, "0123456789abcdef0123456789abcdef");
            const auto done = replay.next(entry);
            ASSERT_TRUE(done) << done.error().detail();
        }
        const Rows state = day_.market.state();
        EXPECT_EQ(digest(replay.market().state()), digest(state));
        Market loaded;
        loaded.load(state);
        EXPECT_EQ(digest(loaded.state()), digest(state));
    }
    [[nodiscard]] Money redeemed() const {
        return day_.market.vouchers().find_grant(kGrant)->redeemed;
    }

 private:
    std::int64_t below(std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
    }
    bool one_in(std::int64_t n) { return below(n) == 0; }

    CommandOutcome run_as(const OrganisationId& actor, CommandBody body) {
        CommandOutcome outcome = day_.run(actor, std::move(body));
        expect_vouchers_add_up(day_.market);
        for (const LeaseRow& lease : outcome.leases)
            leases_[lease.id] = lease;
        return outcome;
    }

    void set_up() {
        run_as(kBoss, RegisterOrganisation{kFunder, {Role::kFunder}});
        day_.move_cash(kFunder, 900'000'000);
        settlement::Programme programme;
        programme.id = numbered<ProgrammeId>(1);
        programme.funders = {{kFunder, Ppm(kPpm)}};
        programme.currency = kCurrency;
        programme.budget = Money(900'000'000);
        programme.from = kStart;
        programme.until = Time(kStart.value + 30 * 86'400);
        programme.share_paid = one_in(3) ? Ppm(kPpm) : Ppm(1 + below(kPpm));
        in_cu_ = one_in(2);
        if (in_cu_) programme.index_margin = Ppm(below(200'000));
        if (one_in(4)) programme.scope.providers = {SmallMarket::organisation(2)};
        run_as(kFunder, OpenProgramme{kFunder, programme});
        settlement::Grant grant{kGrant, programme.id, kBuyer, Money(1 + below(900'000'000)),
                                Time(kStart.value + 86'400)};
        run_as(kFunder, GrantVoucher{grant});
        run_as(kBoss, SetReference{kMarket, Price(1 + below(90'000))});
    }

    void set_schedule() {
        SetSchedule schedule = small_schedule();
        schedule.fees.buyer_maker = Ppm(below(30'000));
        schedule.fees.buyer_taker = Ppm(below(30'000));
        schedule.fees.buyer_tax = Ppm(below(200'000));
        if (!in_cu_) schedule.fees.buyer_flat = Price(below(3'000'000));
        schedule.release_notice = Duration(below(7'200));
        schedule.metered_minimum = Ppm(below(kPpm));
        schedule.grades["standard"] = {{Ppm(999'000), Ppm(100'000)}, {Ppm(500'000), Ppm(kPpm)}};
        run_as(kBoss, schedule);
    }

    void trade() {
        if (one_in(5)) set_schedule();
        const std::int64_t from = 1 + below(4);
        const Window window = SmallMarket::hours(from, from + 1 + below(3));
        if (one_in(2)) return sell();
        PlaceOrder bid = day_.buy(4, 1 + below(4), "1", window);
        bid.terms.limit_price = Price(1 + below(12'000'000));
        if (in_cu_) {
            bid.terms.unit = Unit::kCu;
            bid.terms.quantity = 1'000 * (1 + below(400));
            bid.terms.limit_price = Price(1 + below(120'000));
            bid.terms.max_excess = Cu(below(200'000));
        }
        if (one_in(4)) bid.terms.billing = matching::Billing::kMetered;
        if (one_in(4)) bid.terms.time_in_force = matching::TimeInForce::kIoc;
        if (!one_in(8)) bid.voucher = VoucherClaim{kGrant, ""};
        const auto placed = run_as(kBuyer, bid);
        if (placed.order && one_in(3)) replace(*placed.order);
        if (placed.order && one_in(8)) run_as(kBuyer, CancelOrder{*placed.order});
    }

    void replace(const OrderId& order) {
        const std::int64_t quantity = in_cu_ ? 1'000 * (1 + below(400)) : 1 + below(4);
        run_as(kBuyer,
               ReplaceOrder{order, quantity, Price(1 + below(in_cu_ ? 120'000 : 12'000'000))});
    }

    void sell() {
        const auto provider = static_cast<std::uint8_t>(2 + below(2));
        PlaceOrder offer = day_.sell(provider, 1 + below(3), "1", SmallMarket::hours(1, 8));
        offer.terms.limit_price = Price(1 + below(10'000'000));
        if (one_in(2)) {
            offer.terms.unit = Unit::kCu;
            offer.terms.limit_price = Price(1 + below(100'000));
        }
        run_as(SmallMarket::organisation(provider), offer);
    }

    void pass_hour(std::int64_t hour) {
        day_.now = Time(kStart.value + hour * 3'600 + below(600));
        const auto before = leases_;
        for (const auto& [id, lease] : before) {
            if (one_in(6)) continue;
            if (!started_.contains(id)) {
                run_as(lease.provider, AdvanceLease{id, LeaseAction::kAccept});
                run_as(lease.provider, AdvanceLease{id, LeaseAction::kActivate});
                started_.insert(id);
            }
            if (one_in(12)) run_as(kBuyer, ReleaseLease{id});
        }
        for (const auto& [id, lease] : before)
            read(id, lease, hour);
        if (one_in(3)) settle();
    }

    void read(const LeaseId& id, const LeaseRow& lease, std::int64_t hour) {
        const Window window = SmallMarket::hours(hour - 1, hour);
        if (!started_.contains(id) || window.start < lease.terms.window.start || one_in(5)) return;
        auto& [seq, lot_us] = counters_[id];
        const std::int64_t most = lease.terms.lots.value * 3'600'000'000;
        lot_us += one_in(2) ? most : below(most + 1);
        const std::uint8_t provider =
            lease.provider == SmallMarket::organisation(2) ? std::uint8_t{2} : std::uint8_t{3};
        run_as(lease.provider, day_.reading(provider, id, seq, window, lot_us));
        ++seq;
    }

    void settle() {
        const LogIndex to = day_.market.head().size;
        while (!run_as(kBoss, Settle{settled_, to}).run.value().closed) {
        }
        settled_ = to;
    }

    std::mt19937_64 random_;
    SmallMarket day_;
    bool in_cu_ = false;
    std::map<LeaseId, LeaseRow> leases_;
    std::set<LeaseId> started_;
    std::map<LeaseId, std::pair<std::int64_t, std::int64_t>> counters_;
    LogIndex settled_{0};
};

TEST(VoucherRandom, NoChargeExceedsItsHoldAndNothingStaysReserved) {
    const std::uint64_t seed = support::test_seed();
    std::int64_t redeemed = 0;
    for (std::uint64_t stream = 0; stream < 20; ++stream) {
        SCOPED_TRACE("stream " + std::to_string(stream));
        VoucherDay day(seed + stream);
        day.run();
        day.expect_the_same_from_log_and_rows();
        if (testing::Test::HasFailure()) return;
        redeemed += day.redeemed().value;
    }
    EXPECT_GT(redeemed, 0);
}

}  // namespace
}  // namespace suanpan::core
