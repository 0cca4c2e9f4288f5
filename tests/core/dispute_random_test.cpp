// Whatever is disputed, ruled, agreed or left to lapse, before and after its run: money is neither
// made nor lost, nothing stays held, every window ends with the bill of what was delivered in the
// end, and the log alone, or the rows, give the same state.

#include "core/replay.hpp"
#include "disputed.hpp"
#include "support/seed.hpp"
#include "voucher_sums.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace suanpan::core {
namespace {

using settlement::AccountKind;
using settlement::Delivered;
using settlement::DisputeParty;
using settlement::WaterfallLine;

const OrganisationId kFunder = SmallMarket::organisation(6);
const GrantId kGrant = numbered<GrantId>(1);
constexpr std::int64_t kHours = 6;
using WindowKey = std::pair<LeaseId, Time>;

// The parts that a window's lines sum to.
std::vector<std::int64_t> parts_of(const WaterfallLine& line) {
    std::vector<std::int64_t> out{
        line.sale.value,     line.credit.value,     line.discount.value,     line.amount.value,
        line.voucher.value,  line.buyer_fee.value,  line.provider_fee.value, line.buyer_tax.value,
        line.withheld.value, line.buyer_pays.value, line.provider_gets.value};
    for (const Money owner : line.owners)
        out.push_back(owner.value);
    return out;
}

class DisputeDay {
 public:
    explicit DisputeDay(std::uint64_t seed) : random_(seed) {}

    void run() {
        set_up();
        for (int i = 0; i < 12; ++i)
            trade();
        run_as(kBoss, CancelAll{});
        for (std::int64_t hour = 1; hour <= kHours; ++hour)
            pass_hour(hour);
        for (int step = 0; step < 40; ++step) {
            pass(Duration(below(kDay)));
            act();
            if (step == 20) expect_the_same_from_log_and_rows();
            if (testing::Test::HasFailure()) return;
        }
        pass(Duration(40 * kDay));
        settle();
        pass(Duration(40 * kDay));
        expect_all_is_over();
        expect_one_shot_bills();
        expect_the_same_from_log_and_rows();
    }
    [[nodiscard]] std::size_t corrections() const { return corrections_; }
    [[nodiscard]] std::size_t disputes() const { return disputes_.size(); }

 private:
    std::int64_t below(std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
    }
    bool one_in(std::int64_t n) { return below(n) == 0; }
    template <typename Map>
    auto any_of(const Map& map) {
        return *std::next(map.begin(), below(static_cast<std::int64_t>(map.size())));
    }

    CommandOutcome run_as(const OrganisationId& actor, CommandBody body) {
        CommandOutcome outcome = day_.run(actor, std::move(body));
        const Rows changes = day_.market.take_changes();
        for (const LeaseRow& lease : outcome.leases)
            leases_.emplace(lease.id, lease);
        for (const FinalWindowRow& window : changes.windows)
            windows_[{window.window.lease, window.window.window.start}] = window;
        for (const DisputeRow& row : changes.disputes)
            disputes_[row.dispute.id] = row;
        for (const SettlementLineRow& line : changes.lines)
            note(line);
        expect_sums();
        return outcome;
    }

    void note(const SettlementLineRow& line) {
        const WindowKey key{line.lease, line.window.start};
        const auto parts = parts_of(line.line);
        auto& sums = billed_[key];
        sums.resize(parts.size());
        for (std::size_t i = 0; i < parts.size(); ++i)
            sums[i] += parts[i];
        if (line.dispute.is_nil())
            first_lines_[key] = line;
        else
            ++corrections_;
    }

    // Held is what leases and orders hold, pending what waits to be released.
    void expect_sums() {
        expect_vouchers_add_up(day_.market);
        ASSERT_TRUE(day_.market.total(kCurrency) == 0);
        const Rows state = day_.market.state();
        std::map<std::pair<OrganisationId, AccountKind>, std::int64_t> sums;
        for (const PendingRow& row : state.pending)
            sums[{row.organisation, AccountKind::kPending}] += row.amount.value;
        for (const LeaseRow& row : state.leases)
            sums[{row.buyer, AccountKind::kHeld}] += row.hold.value;
        for (const OrderRow& row : state.orders)
            sums[{row.view.terms.organisation, AccountKind::kHeld}] += row.hold.value;
        for (const BalanceRow& row : state.balances) {
            const AccountKind kind = row.account.kind;
            if (kind != AccountKind::kPending && kind != AccountKind::kHeld) continue;
            const std::int64_t sum = sums[{row.account.organisation, kind}];
            ASSERT_EQ(row.balance.value, sum) << settlement::to_string(kind);
        }
    }

    void set_up() {
        day_.take_changes_each_time = false;
        register_buyer_meter(day_);
        register_arbiter(day_);
        set_schedule();
        if (one_in(2)) set_titles();
        if (one_in(2)) fund();
        if (one_in(2)) agree();
        day_.market.take_changes();
    }

    void set_schedule() {
        schedule_ = small_schedule();
        schedule_.fees.buyer_maker = schedule_.fees.buyer_taker = Ppm(below(30'000));
        schedule_.fees.provider_maker = schedule_.fees.provider_taker = Ppm(below(30'000));
        schedule_.fees.buyer_flat = Price(below(100'000));
        schedule_.fees.provider_flat = Price(below(100'000));
        schedule_.fees.buyer_tax = Ppm(below(200'000));
        schedule_.fees.provider_withholding = Ppm(below(100'000));
        schedule_.metered_minimum = Ppm(below(kPpm));
        schedule_.metering.deadline = Duration(7'200);
        schedule_.dispute_period = Duration(kDay * (1 + below(5)));
        schedule_.dispute_claim = Duration(kDay * (1 + below(5)));
        schedule_.dispute_rule = Duration(kDay * (1 + below(9)));
        if (one_in(2)) schedule_.grades["standard"] = settlement::standard_grade().steps;
        ASSERT_EQ(refusal(day_.run(kBoss, schedule_)), "none");
    }

    void set_titles() {
        for (const std::uint8_t provider : kProviders) {
            ProposeTitle title{numbered<PoolId>(provider), day_.now, {}};
            const std::int64_t share = 1 + below(kPpm - 2);
            const auto other = SmallMarket::organisation(provider == 2 ? 3 : 2);
            title.shares = {{SmallMarket::organisation(provider), Ppm(share)},
                            {other, Ppm(kPpm - share)}};
            const auto proposed = day_.run(SmallMarket::organisation(provider), title);
            ASSERT_EQ(refusal(proposed), "none");
            ASSERT_EQ(refusal(day_.run(other, ConfirmTitle{title.pool, proposed.index})), "none");
            owners_[numbered<PoolId>(provider)] = title.shares;
        }
    }

    void fund() {
        day_.run(kBoss, RegisterOrganisation{kFunder, {Role::kFunder}});
        day_.move_cash(kFunder, 900'000'000);
        settlement::Programme programme;
        programme.id = numbered<ProgrammeId>(1);
        programme.funders = {{kFunder, Ppm(kPpm)}};
        programme.currency = kCurrency;
        programme.budget = Money(900'000'000);
        programme.from = kStart;
        programme.until = Time(kStart.value + 90 * kDay);
        programme.share_paid = one_in(3) ? Ppm(kPpm) : Ppm(1 + below(kPpm));
        day_.run(kFunder, OpenProgramme{kFunder, programme});
        share_paid_ = programme.share_paid;
        const settlement::Grant grant{kGrant, programme.id, kBuyer, Money(1 + below(300'000'000)),
                                      Time(kStart.value + 3 * kDay)};
        ASSERT_EQ(refusal(day_.run(kFunder, GrantVoucher{grant})), "none");
    }

    void agree() {
        settlement::DiscountAgreement agreement;
        agreement.id = numbered<AgreementId>(1);
        agreement.provider = kSeller;
        agreement.buyer = kBuyer;
        agreement.currency = kCurrency;
        discount_ = Ppm(1 + below(300'000));
        agreement.tiers = {{Money(0), discount_}};
        agreement.from = kStart;
        ASSERT_EQ(refusal(day_.run(kSeller, AgreeDiscount{agreement})), "none");
    }

    void trade() {
        const auto provider = static_cast<std::uint8_t>(2 + below(2));
        const std::int64_t from = 1 + below(3);
        const Window window = SmallMarket::hours(from, from + 1 + below(3));
        PlaceOrder offer = day_.sell(provider, 1 + below(3), "1", window);
        offer.terms.limit_price = Price(1 + below(20'000'000));
        run_as(SmallMarket::organisation(provider), offer);
        PlaceOrder bid = day_.buy(4, 1 + below(3), "1", window);
        bid.terms.limit_price = Price(20'000'000);
        if (one_in(4)) bid.terms.billing = matching::Billing::kMetered;
        if (share_paid_ && !one_in(4)) bid.voucher = VoucherClaim{kGrant, ""};
        run_as(kBuyer, bid);
    }

    void pass_hour(std::int64_t hour) {
        day_.now = Time(kStart.value + hour * 3'600 + below(600));
        const auto before = leases_;
        for (const auto& [id, lease] : before) {
            if (started_.contains(id) || one_in(8)) continue;
            run_as(lease.provider, AdvanceLease{id, LeaseAction::kAccept});
            run_as(lease.provider, AdvanceLease{id, LeaseAction::kActivate});
            started_.insert(id);
        }
        for (const auto& [id, lease] : before) {
            if (started_.contains(id)) measure(id, lease, hour);
        }
        act();
    }

    // Mostly both sides, mostly the same.
    void measure(const LeaseId& id, const LeaseRow& lease, std::int64_t hour) {
        const Window window = SmallMarket::hours(hour - 1, hour);
        if (!lease.terms.window.contains(window)) return;
        Counters& counters = counters_[id];
        const std::int64_t most = lease.terms.lots.value * kHourUs;
        const std::int64_t provided = one_in(2) ? most : below(most + 1);
        const std::int64_t seen = one_in(3) ? provided : below(most + 1);
        const std::uint8_t provider = lease.provider == kSeller ? 2 : 3;
        if (!one_in(12)) {
            counters.provider_us += provided;
            run_as(lease.provider, day_.reading(provider, id, counters.provider_seq++, window,
                                                counters.provider_us));
        }
        if (!one_in(8)) {
            counters.buyer_us += seen;
            run_as(kBuyer, meter_.reading(id, counters.buyer_seq++, window, counters.buyer_us));
        }
    }

    void pass(Duration time) {
        day_.now = Time(day_.now.value + time.value);
        run_as(kBoss, Tick{});
    }

    void act() {
        for (std::int64_t i = below(6); i > 0; --i) {
            switch (below(6)) {
                case 0: settle(); break;
                case 1:
                case 2: open(); break;
                default: speak(); break;
            }
        }
    }

    void settle() {
        const LogIndex to = day_.market.head().size;
        while (!run_as(kBoss, Settle{settled_, to}).run.value().closed) {
        }
        settled_ = to;
    }

    void open() {
        if (windows_.empty()) return;
        const FinalWindowRow window = any_of(windows_).second;
        const LeaseRow& lease = leases_.at(window.window.lease);
        const std::int64_t most =
            lease.terms.lots.value * window.window.window.length().value * 1'000'000;
        settlement::DisputeClaim claim;
        claim.by = one_in(2) ? DisputeParty::kBuyer : DisputeParty::kProvider;
        claim.delivered.lot_us = one_in(5) ? most : below(most + 1);
        run_as(claim.by == DisputeParty::kBuyer ? kBuyer : lease.provider,
               OpenDispute{lease.id, window.window.window.start, claim});
    }

    void speak() {
        if (disputes_.empty()) return;
        const DisputeRow row = any_of(disputes_).second;
        const DisputeId& id = row.dispute.id;
        const std::int64_t low = row.dispute.best_for_buyer().lot_us;
        const std::int64_t high = row.dispute.best_for_provider().lot_us;
        const Delivered middle{low + below(high - low + 1), Ppm(0)};
        const OrganisationId owner =
            row.owners.at(static_cast<std::size_t>(below(std::ssize(row.owners))));
        switch (below(6)) {
            case 0: run_as(owner, ClaimDispute{id}); break;
            case 1: run_as(row.buyer, AddEvidence{id, LogIndex(below(50))}); break;
            case 2: run_as(kArbiter, ruling(id, middle)); break;
            case 3: run_as(row.buyer, OfferSettlement{id, DisputeParty::kBuyer, middle}); break;
            default:
                run_as(owner, OfferSettlement{id, DisputeParty::kProvider,
                                              row.dispute.buyer_offer.value_or(middle)});
                break;
        }
    }

    void expect_all_is_over() {
        const Rows state = day_.market.state();
        EXPECT_TRUE(state.leases.empty());
        EXPECT_TRUE(state.windows.empty());
        EXPECT_TRUE(state.disputes.empty());
        EXPECT_TRUE(state.pending.empty());
        EXPECT_TRUE(state.reservations.empty());
        EXPECT_EQ(day_.balance(4, AccountKind::kHeld), Money(0));
        for (const auto& [id, row] : disputes_)
            EXPECT_FALSE(row.dispute.is_open()) << to_string(id);
    }

    // In one go, for what was delivered in the end.
    void expect_one_shot_bills() {
        for (const auto& [key, window] : windows_) {
            Delivered last{window.window.lot_us, Ppm(0)};
            for (const auto& [id, row] : disputes_) {
                if (row.dispute.lease != key.first || row.dispute.window.start != key.second)
                    continue;
                last.lot_us += row.dispute.result->lot_us - row.dispute.final.lot_us;
            }
            const auto expected = one_shot(leases_.at(key.first), window, last);
            EXPECT_EQ(billed_.at(key), parts_of(expected)) << to_string(key.first);
        }
    }

    WaterfallLine one_shot(const LeaseRow& lease, const FinalWindowRow& window,
                           const Delivered& last) {
        const Window& billed = window.window.window;
        const SettlementLineRow& first = first_lines_.at({lease.id, billed.start});
        settlement::BillTerms terms;
        terms.contract = lease.terms;
        if (lease.billing == matching::Billing::kMetered)
            terms.minimum_share = schedule_.metered_minimum;
        const auto grade = schedule_.grades.find("standard");
        if (grade != schedule_.grades.end()) terms.grade = {grade->first, grade->second};
        settlement::BillFacts facts;
        facts.window = billed;
        facts.busy_us = window.window.busy_us;
        if (!first.agreement.is_nil()) facts.discount = discount_;
        const auto owners = owners_.find(lease.pool);
        facts.owners = owners != owners_.end()
                           ? owners->second
                           : std::vector{settlement::OwnerShare{lease.provider, Ppm(kPpm)}};
        std::optional<Money> held;
        if (lease.voucher) {
            terms.voucher = {*share_paid_, lease.voucher->price_cap};
            const auto part = [&](auto until) {
                return until(billed.end).value - until(billed.start).value;
            };
            const Money reserved = lease.voucher->reserved;
            facts.voucher_left = Money(part([&](Time time) {
                return *settlement::reserved_until(reserved, lease.terms, time);
            }));
            held =
                Money(part([&](Time time) { return *settlement::hold_until(lease.terms, time); }) -
                      facts.voucher_left.value);
        }
        auto line = settlement::bill_window(terms, facts, last, held);
        EXPECT_TRUE(line) << line.error().detail();
        return *line;
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
        EXPECT_EQ(loaded.next_due(), day_.market.next_due());
    }

    struct Counters {
        std::int64_t provider_seq = 0;
        std::int64_t provider_us = 0;
        std::int64_t buyer_seq = 0;
        std::int64_t buyer_us = 0;
    };

    std::mt19937_64 random_;
    SmallMarket day_;
    BuyerMeter meter_;
    SetSchedule schedule_;
    std::optional<Ppm> share_paid_;
    Ppm discount_{0};
    std::map<PoolId, std::vector<settlement::OwnerShare>> owners_;
    std::map<LeaseId, LeaseRow> leases_;  // as they were made
    std::set<LeaseId> started_;
    std::map<LeaseId, Counters> counters_;
    std::map<WindowKey, FinalWindowRow> windows_;
    std::map<DisputeId, DisputeRow> disputes_;
    std::map<WindowKey, std::vector<std::int64_t>> billed_;
    std::map<WindowKey, SettlementLineRow> first_lines_;
    std::size_t corrections_ = 0;
    LogIndex settled_{0};
};

TEST(DisputeRandom, EveryWindowEndsWithTheBillOfWhatWasDelivered) {
    const std::uint64_t seed = support::test_seed();
    std::size_t disputes = 0;
    std::size_t corrections = 0;
    for (std::uint64_t stream = 0; stream < 20; ++stream) {
        SCOPED_TRACE("stream " + std::to_string(stream));
        DisputeDay day(seed + stream);
        day.run();
        if (testing::Test::HasFailure()) return;
        disputes += day.disputes();
        corrections += day.corrections();
    }
    RecordProperty("disputes", static_cast<int>(disputes));
    RecordProperty("corrections", static_cast<int>(corrections));
    EXPECT_GT(disputes, 0U);
    EXPECT_GT(corrections, 0U);
}

}  // namespace
}  // namespace suanpan::core
