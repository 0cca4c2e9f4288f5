#include "bench/ledger/market_day.hpp"

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/dsse.hpp"
#include "bench/common/payer.hpp"
#include "bench/matching/xorshift.hpp"
#include "core/commands.hpp"
#include "core/entries.hpp"
#include "settlement/reading.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

namespace suanpan::bench {
namespace {

const matching::MarketKey kMarket{"AI-FP16", "CNY"};
constexpr Time kOpening{1'800'000'000};
constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::size_t kPairs = 64;      // of a provider and a buyer
constexpr std::size_t kMetered = 300;   // leases that run
constexpr int kCommandsASecond = 100;   // of logged time: a lease is read once a minute
constexpr std::size_t kOrderAge = 500;  // orders later, one is cancelled, filled or not
constexpr std::size_t kSaltBytes = 16;

}  // namespace

struct MarketDay::Impl {
    struct Pair {
        OrganisationId provider;
        OrganisationId buyer;
        PoolId pool;
    };
    // A lease that runs, and where its meter stands.
    struct Metered {
        LeaseId lease;
        Time until;
        std::int64_t seq = 0;
        std::int64_t lot_us = 0;
        Hash last{};
    };

    Impl() {
        found();
        start_leases();
    }

    template <std::size_t N>
    std::array<std::uint8_t, N> random_bits() {
        std::array<std::uint8_t, N> bits{};
        for (std::uint8_t& byte : bits)
            byte = static_cast<std::uint8_t>(random.next() >> 56U);
        return bits;
    }
    template <typename IdType>
    IdType new_id() {
        IdType id;
        id.bytes = make_id_bytes(now, random_bits<10>());
        return id;
    }

    core::CommandOutcome run(const OrganisationId& actor, core::CommandBody body);
    core::CommandOutcome must(const OrganisationId& actor, core::CommandBody body);
    void found();
    void found_pair();
    void start_leases();
    void step();
    core::PlaceOrder next_order(const Pair& who, bool sell);
    core::SubmitReadings next_reading(Metered& metered);

    Xorshift random;
    core::Market market;
    Time now = kOpening;
    std::int64_t steps = 0;
    OrganisationId boss;
    Payer payer;
    MeterId meter;
    SigningKey meter_key{Seed{7}};
    std::vector<Pair> pairs;
    std::vector<Metered> metered;
    std::deque<std::pair<OrganisationId, OrderId>> placed;
    std::vector<db::EntryRow> entries;
};

core::CommandOutcome MarketDay::Impl::run(const OrganisationId& actor, core::CommandBody body) {
    const core::Command command(new_id<CommandId>(), actor, core::Auth::kApiKey, std::move(body));
    core::CommandOutcome outcome = market.apply(command, now);
    LogIndex index = outcome.index;
    for (core::EntryDraft& draft : outcome.entries) {
        core::put_salt(draft.bytes, to_hex(as_chars(random_bits<kSaltBytes>())));
        entries.push_back(
            {index, outcome.time, std::move(draft.kind), draft.cause, std::move(draft.bytes)});
        ++index.value;
    }
    (void)market.take_changes();
    return outcome;
}

core::CommandOutcome MarketDay::Impl::must(const OrganisationId& actor, core::CommandBody body) {
    core::CommandOutcome outcome = run(actor, std::move(body));
    if (outcome.refusal) throw std::runtime_error("refused: " + outcome.refusal->detail());
    return outcome;
}

void MarketDay::Impl::found() {
    boss = new_id<OrganisationId>();
    must(boss, core::RegisterOrganisation{boss, {core::Role::kOperator}});
    payer.register_with(boss, [&](core::CommandBody body) {
        const auto outcome = must(boss, std::move(body));
        return outcome.request ? outcome.request->approval.id : ApprovalId{};
    });
    core::SetSchedule schedule;
    schedule.fees.buyer_taker = Ppm(10'000);
    schedule.efficiency[kMarket.compute_class] = Ppm(450'000);
    must(boss, schedule);
    core::RegisterModel model;
    model.model.id = "npu";
    model.model.device = "NPU";
    model.model.vendor = "vendor";
    model.model.kind = "npu";
    model.model.memory_gib = 64;
    model.model.peak[kMarket.compute_class] = Rate(312'000);
    must(boss, model);
    core::DefineMarket rules;
    rules.rules.key = kMarket;
    must(boss, rules);
    for (std::size_t i = 0; i < kPairs; ++i)
        found_pair();
    meter = new_id<MeterId>();
    const OrganisationId& owner = pairs.front().provider;
    must(owner, core::RegisterMeter{
                    meter, owner, settlement::MeterRole::kProvider, meter_key.public_key(), {}});
}

void MarketDay::Impl::found_pair() {
    const Pair who{new_id<OrganisationId>(), new_id<OrganisationId>(), new_id<PoolId>()};
    must(boss, core::RegisterOrganisation{who.provider, {core::Role::kProvider}});
    must(boss, core::RegisterOrganisation{who.buyer, {core::Role::kBuyer}});
    const auto site = new_id<SiteId>();
    must(who.provider, core::RegisterSite{site, who.provider, "guizhou"});
    core::RegisterPool pool;
    pool.id = who.pool;
    pool.organisation = who.provider;
    pool.site = site;
    pool.model = "npu";
    pool.lots = Lots(100'000'000);
    must(who.provider, pool);
    must(boss, payer.pay(who.buyer, kMarket.currency, Money(100'000'000'000'000'000)));
    pairs.push_back(who);
}

void MarketDay::Impl::start_leases() {
    const Pair& who = pairs.front();
    const Window window{Time(kOpening.value + kHour), Time(kOpening.value + 30 * kDay)};
    core::PlaceOrder sell = next_order(who, true);
    sell.terms.window = window;
    sell.terms.quantity = static_cast<std::int64_t>(kMetered);
    sell.terms.limit_price = Price(1);
    must(who.provider, sell);
    for (std::size_t i = 0; i < kMetered; ++i) {
        core::PlaceOrder buy = next_order(who, false);
        buy.terms.window = window;
        buy.terms.quantity = 1;
        for (const core::LeaseRow& lease : must(who.buyer, buy).leases) {
            must(who.provider, core::AdvanceLease{lease.id, core::LeaseAction::kAccept});
            metered.push_back({lease.id, window.start});
        }
    }
    if (metered.size() != kMetered) throw std::runtime_error("not all leases were made");
    now = window.start;
    for (const Metered& lease : metered)
        must(who.provider, core::AdvanceLease{lease.lease, core::LeaseAction::kActivate});
}

// Every other order sells lots for a day, every other buys some hours of one; about half of the
// bids meet an offer at once.
core::PlaceOrder MarketDay::Impl::next_order(const Pair& who, bool sell) {
    core::PlaceOrder out;
    matching::OrderTerms& terms = out.terms;
    terms.organisation = sell ? who.provider : who.buyer;
    terms.market = kMarket;
    terms.side = sell ? Side::kSell : Side::kBuy;
    terms.quantity = 1 + random.below(8);
    terms.limit_price =
        Price(sell ? 5'000'000 + random.below(1'000'000) : 4'200'000 + random.below(1'600'000));
    const std::int64_t day = now.value / kDay + 1 + random.below(10);
    const std::int64_t from = sell ? 0 : random.below(16);
    const std::int64_t until = sell ? 24 : from + 1 + random.below(8);
    terms.window = {Time(day * kDay + from * kHour), Time(day * kDay + until * kHour)};
    if (sell) terms.pool = who.pool;
    out.text_hash = to_hex(as_chars(random_bits<32>()));
    return out;
}

core::SubmitReadings MarketDay::Impl::next_reading(Metered& lease) {
    settlement::Reading reading;
    reading.seq = lease.seq++;
    reading.prev = lease.last;
    reading.window = {lease.until, now};
    lease.lot_us += reading.window.length().value * 1'000'000;
    reading.counters.lot_us = lease.lot_us;
    reading.counters.busy_us = lease.lot_us / 2;
    lease.until = now;
    lease.last = settlement::reading_hash(lease.lease, meter, reading);
    const settlement::ReadingBatch batch{
        lease.lease, meter, settlement::MeterRole::kProvider, {reading}};
    const std::string payload = settlement::make_batch(batch);
    core::SubmitReadings out;
    out.envelope = envelope_json(
        make_envelope(settlement::kReadingsPayloadType, payload, to_string(meter), meter_key));
    out.batch = settlement::parse_batch(payload).value();
    return out;
}

// Of twenty commands nine place an order, nine cancel an old one (refused when it was filled), one
// is a deposit and one a reading.
void MarketDay::Impl::step() {
    if (++steps % kCommandsASecond == 0) ++now.value;
    const Pair& who = pairs[random.below(kPairs)];
    const auto kind = static_cast<int>(steps % 20);
    if (kind == 0) {
        Metered& lease = metered[static_cast<std::size_t>(steps / 20) % kMetered];
        if (lease.until < now) must(pairs.front().provider, next_reading(lease));
    } else if (kind == 1) {
        must(boss, payer.pay(who.buyer, kMarket.currency, Money(1'000'000)));
    } else if (kind % 2 == 0 || placed.size() < kOrderAge) {
        const bool sell = random.top_bit();
        const OrganisationId actor = sell ? who.provider : who.buyer;
        const core::CommandOutcome outcome = must(actor, next_order(who, sell));
        placed.emplace_back(actor, outcome.order.value());
    } else {
        const auto [actor, order] = placed.front();
        placed.pop_front();
        (void)run(actor, core::CancelOrder{order});
    }
}

MarketDay::MarketDay() : impl_(std::make_unique<Impl>()) {}
MarketDay::~MarketDay() = default;

std::vector<db::EntryRow> MarketDay::next(std::size_t count) {
    std::vector<db::EntryRow>& all = impl_->entries;
    while (all.size() < count)
        impl_->step();
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<db::EntryRow> out(std::make_move_iterator(all.begin()),
                                  std::make_move_iterator(end));
    all.erase(all.begin(), end);
    return out;
}

}  // namespace suanpan::bench
