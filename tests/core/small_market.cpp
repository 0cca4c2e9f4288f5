#include "small_market.hpp"

#include "base/decimal.hpp"

namespace suanpan::core {
namespace {

RegisterOrganisation organisation_with(std::uint8_t number, std::vector<Role> roles) {
    return RegisterOrganisation{SmallMarket::organisation(number), std::move(roles)};
}

RegisterModel model() {
    RegisterModel out;
    out.model.id = "test-npu";
    out.model.device = "Test NPU";
    out.model.vendor = "Test";
    out.model.kind = "npu";
    out.model.peak["AI-FP16"] = Rate(200'000);
    out.model.memory_gib = 64;
    out.model.source = "made for tests";
    return out;
}

}  // namespace

SetSchedule small_schedule() {
    SetSchedule out;
    out.fees.buyer_maker = Ppm(10'000);
    out.fees.buyer_taker = Ppm(10'000);
    out.fees.provider_maker = Ppm(20'000);
    out.fees.provider_taker = Ppm(20'000);
    out.efficiency["AI-FP16"] = Ppm(500'000);
    return out;
}

Seed meter_seed(std::uint8_t provider) {
    Seed seed{};
    seed.fill(provider);
    return seed;
}

SmallMarket::SmallMarket() {
    const OrganisationId boss = organisation(1);
    run(boss, organisation_with(1, {Role::kOperator}));
    for (const UserId& person : {kFirstPerson, kSecondPerson})
        run(boss, RegisterUser{person, boss});
    for (const std::uint8_t provider : kProviders) {
        run(boss, organisation_with(provider, {Role::kProvider, Role::kBuyer}));
    }
    for (const std::uint8_t buyer : kBuyers)
        run(boss, organisation_with(buyer, {Role::kBuyer}));
    run(boss, small_schedule());
    run(boss, model());
    DefineMarket market_rules;
    market_rules.rules.key = kMarket;
    run(boss, market_rules);
    for (const std::uint8_t provider : kProviders) {
        const OrganisationId owner = organisation(provider);
        run(owner, RegisterSite{numbered<SiteId>(provider), owner, "guizhou"});
        RegisterPool pool;
        pool.id = numbered<PoolId>(provider);
        pool.organisation = owner;
        pool.site = numbered<SiteId>(provider);
        pool.model = "test-npu";
        pool.lots = Lots(10);
        run(owner, pool);
        const SigningKey key(meter_seed(provider));
        run(owner, RegisterMeter{numbered<MeterId>(provider),
                                 owner,
                                 settlement::MeterRole::kProvider,
                                 key.public_key(),
                                 {}});
    }
    for (const std::uint8_t buyer : kBuyers) {
        move_cash(organisation(buyer), 1'000'000'000);
    }
}

CommandOutcome SmallMarket::run(const OrganisationId& actor, CommandBody body,
                                std::string signature) {
    CommandId id;
    const std::uint32_t number = ++commands_;
    // Not the first bytes: some of their bits are the layout's own.
    id.bytes = make_id_bytes(
        kStart, {0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(number >> 16),
                 static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)});
    Command command(id, actor, signature.empty() ? Auth::kApiKey : Auth::kSigned, std::move(body));
    command.signature = std::move(signature);
    CommandOutcome outcome = market.apply(command, now);
    for (const EntryDraft& entry : outcome.entries)
        log.push_back(entry.bytes);
    if (take_changes_each_time) take_changes();
    return outcome;
}

Rows SmallMarket::take_changes() {
    Rows changes = market.take_changes();
    lines.insert(lines.end(), changes.lines.begin(), changes.lines.end());
    for (const OrderRow& order : changes.orders) {
        const matching::OrderTerms& terms = order.view.terms;
        if (!terms.project.is_nil()) projects[terms.id] = terms.project;
    }
    for (const LeaseRow& lease : changes.leases)
        buy_orders[lease.id] = lease.buy_order;
    return changes;
}

CommandOutcome SmallMarket::move_cash(const OrganisationId& owner, std::int64_t micro) {
    const OrganisationId boss = organisation(1);
    const CommandOutcome asked =
        run(boss, RequestCash{{owner, kCurrency, Money(micro), "00", {}}, kFirstPerson});
    if (asked.refusal) return asked;
    const settlement::Approval& approval = asked.cash->approval;
    return run(boss, ApproveCash{approval.id, approval.content, kSecondPerson});
}

CommandOutcome SmallMarket::by_two(CommandBody asks) {
    const OrganisationId boss = organisation(1);
    CommandOutcome asked = run(boss, std::move(asks));
    if (asked.refusal || !asked.request) return asked;
    const settlement::Approval& approval = asked.request->approval;
    return run(boss, ApproveRequest{approval.id, approval.content, kSecondPerson});
}

PlaceOrder SmallMarket::sell(std::uint8_t provider, std::int64_t lots, const char* price,
                             Window window) const {
    PlaceOrder out;
    out.terms.organisation = organisation(provider);
    out.terms.market = kMarket;
    out.terms.side = Side::kSell;
    out.terms.quantity = lots;
    out.terms.limit_price = *parse_price(price);
    out.terms.window = window;
    out.terms.pool = numbered<PoolId>(provider);
    return out;
}

PlaceOrder SmallMarket::buy(std::uint8_t buyer, std::int64_t lots, const char* price,
                            Window window) const {
    PlaceOrder out;
    out.terms.organisation = organisation(buyer);
    out.terms.market = kMarket;
    out.terms.quantity = lots;
    out.terms.limit_price = *parse_price(price);
    out.terms.window = window;
    return out;
}

SubmitReadings SmallMarket::reading(std::uint8_t provider, const LeaseId& lease, std::int64_t seq,
                                    Window window, std::int64_t lot_us,
                                    const settlement::Gauges& gauges) {
    settlement::Reading reading;
    reading.seq = seq;
    reading.window = window;
    reading.counters.lot_us = lot_us;
    reading.counters.busy_us = lot_us / 2;
    reading.gauges = gauges;
    if (seq > 0) reading.prev = last_reading_[lease];
    const auto meter = numbered<MeterId>(provider);
    last_reading_[lease] = settlement::reading_hash(lease, meter, reading);
    const settlement::ReadingBatch batch{lease, meter, settlement::MeterRole::kProvider, {reading}};
    const std::string payload = settlement::make_batch(batch);
    const auto rotated = new_keys.find(provider);
    const bool first = rotated == new_keys.end();
    const SigningKey key(meter_seed(first ? provider : rotated->second));
    SubmitReadings out;
    if (!first) out.signer = key.public_key();
    out.envelope =
        envelope_json(make_envelope(settlement::kReadingsPayloadType, payload, "meter", key));
    out.batch = *settlement::parse_batch(payload);
    return out;
}

Money SmallMarket::balance(std::uint8_t number, settlement::AccountKind kind) const {
    return market.balance(settlement::AccountKey{organisation(number), kCurrency, kind});
}

}  // namespace suanpan::core
