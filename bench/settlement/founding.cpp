#include "bench/settlement/founding.hpp"

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/random.hpp"
#include "services/trading/bootstrap.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace suanpan::bench {
namespace {

const matching::MarketKey kMarket{"AI-FP16", "CNY"};

services::CoreLoop::Options wide_queue() {
    services::CoreLoop::Options options;
    options.queue_limit = 100'000;
    return options;
}

db::SideRow key_row(Time now, const OrganisationId& organisation, const std::string& secret,
                    std::vector<std::string> scopes) {
    return db::ApiKeyRow{random_id<ApiKeyId>(now), organisation, services::hash_api_secret(secret),
                         std::move(scopes),        std::nullopt, "bench"};
}

}  // namespace

Founding::Founding(const BenchDatabase& database, Time start, std::int64_t pairs)
    : clock_(start), pool_(database.conninfo()), core_(pool_, clock_, wide_queue()) {
    core_.start();
    found_market();
    for (std::int64_t i = 0; i < pairs; ++i)
        found_pair();
}

Founding::~Founding() {
    core_.stop();
}

Founding::Outcome Founding::send(const OrganisationId& actor, core::CommandBody body,
                                 std::vector<db::SideRow> side) {
    auto promise = std::make_shared<std::promise<core::CommandOutcome>>();
    auto made = std::make_shared<core::CommandOutcome>();
    services::Submission submission{
        core::Command(random_id<CommandId>(clock_.now()), actor, core::Auth::kApiKey,
                      std::move(body)),
        std::nullopt, std::move(side),
        [made](const core::CommandOutcome& outcome) {
            if (outcome.refusal) throw std::runtime_error(outcome.refusal->detail());
            made->leases = outcome.leases;
            made->readings = outcome.readings;
            made->request = outcome.request;
            return services::StoredResponse();
        },
        [promise, made](const Result<services::StoredResponse>& answer) {
            if (answer) {
                promise->set_value(std::move(*made));
                return;
            }
            promise->set_exception(
                std::make_exception_ptr(std::runtime_error(answer.error().detail())));
        }};
    auto outcome = promise->get_future();
    if (!core_.submit(std::move(submission))) throw std::runtime_error("not taken");
    return outcome;
}

core::CommandOutcome Founding::run(const OrganisationId& actor, core::CommandBody body,
                                   std::vector<db::SideRow> side) {
    return send(actor, std::move(body), std::move(side)).get();
}

void Founding::found_market() {
    boss_ = random_id<OrganisationId>(clock_.now());
    run(boss_, core::RegisterOrganisation{boss_, {core::Role::kSettlement, core::Role::kOperator}});
    payer_.register_with(boss_, [&](core::CommandBody body) {
        const auto outcome = run(boss_, std::move(body));
        return outcome.request ? outcome.request->approval.id : ApprovalId{};
    });
    core::SetSchedule schedule;
    schedule.fees.buyer_taker = Ppm(10'000);
    schedule.fees.provider_maker = Ppm(10'000);
    schedule.fees.buyer_tax = Ppm(60'000);
    schedule.efficiency[kMarket.compute_class] = Ppm(450'000);
    run(boss_, schedule);
    core::RegisterModel model;
    model.model.id = "npu";
    model.model.device = "NPU";
    model.model.vendor = "vendor";
    model.model.kind = "npu";
    model.model.memory_gib = 64;
    model.model.peak[kMarket.compute_class] = Rate(312'000);
    run(boss_, model);
    core::DefineMarket market;
    market.rules.key = kMarket;
    run(boss_, market);
}

void Founding::found_pair() {
    const Time now = clock_.now();
    Pair pair{random_id<OrganisationId>(now), random_id<OrganisationId>(now),
              random_id<PoolId>(now),         random_id<MeterId>(now),
              services::make_api_secret(),    services::make_api_secret()};
    send(boss_, core::RegisterOrganisation{pair.provider, {core::Role::kProvider}},
         {key_row(now, pair.provider, pair.key, {"provider", "meter"})});
    send(boss_, core::RegisterOrganisation{pair.buyer, {core::Role::kBuyer}},
         {key_row(now, pair.buyer, pair.buyer_key, {"buyer"})});
    const auto site = random_id<SiteId>(now);
    send(pair.provider, core::RegisterSite{site, pair.provider, "guizhou"});
    core::RegisterPool pool;
    pool.id = pair.pool;
    pool.organisation = pair.provider;
    pool.site = site;
    pool.model = "npu";
    pool.lots = Lots(1'000'000);
    send(pair.provider, pool);
    send(pair.provider, core::RegisterMeter{pair.meter,
                                            pair.provider,
                                            settlement::MeterRole::kProvider,
                                            SigningKey(meter_seed()).public_key(),
                                            {}});
    run(boss_, payer_.pay(pair.buyer, kMarket.currency, Money(1'000'000'000'000'000)));
    pairs_.push_back(std::move(pair));
}

std::vector<LeaseId> Founding::make_leases(const Pair& pair, const Window& window,
                                           std::int64_t count) {
    core::PlaceOrder order;
    matching::OrderTerms& terms = order.terms;
    terms.market = kMarket;
    terms.window = window;
    terms.limit_price = Price(5'000'000);
    order.text_hash = to_hex(as_chars(sha256("text")));
    terms.organisation = pair.provider;
    terms.side = Side::kSell;
    terms.pool = pair.pool;
    terms.quantity = count;
    send(pair.provider, order);
    terms.organisation = pair.buyer;
    terms.side = Side::kBuy;
    terms.pool = PoolId();
    terms.quantity = 1;
    std::vector<Outcome> trades;
    for (std::int64_t i = 0; i < count; ++i)
        trades.push_back(send(pair.buyer, order));
    std::vector<LeaseId> leases;
    for (Outcome& trade : trades) {
        for (const core::LeaseRow& lease : trade.get().leases) {
            send(pair.provider, core::AdvanceLease{lease.id, core::LeaseAction::kAccept});
            accepted_.emplace_back(pair.provider, lease.id);
            leases.push_back(lease.id);
        }
    }
    if (std::ssize(leases) != count) throw std::runtime_error("not all leases were made");
    return leases;
}

void Founding::activate() {
    std::vector<Outcome> activated;
    for (const auto& [provider, lease] : accepted_)
        activated.push_back(
            send(provider, core::AdvanceLease{lease, core::LeaseAction::kActivate}));
    for (Outcome& one : activated)
        one.get();
    accepted_.clear();
}

}  // namespace suanpan::bench
