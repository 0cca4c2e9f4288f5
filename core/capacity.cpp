// What there is to sell: pools, who owns them, the rates of their lots, lots taken out (market §2,
// §3).

#include "base/decimal.hpp"
#include "core/market_impl.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace suanpan::core {
namespace {

// What the provider declares, with what the catalogue and the site already say. A declaration that
// contradicts them is refused.
Result<matching::Profile> full_profile(const RegisterPool& body, const ModelRow& model,
                                       const SiteRow& site) {
    Json json = Json::parse(matching::canonical(body.profile));
    const auto fill = [&json](std::string_view name, const std::string& value) {
        if (!value.empty()) json[std::string(name)] = value;
    };
    fill("device_model", model.id);
    fill("device_vendor", model.vendor);
    fill("device_kind", model.kind);
    fill("site", to_string(site.id));
    fill("hub", site.hub);
    if (model.memory_gib > 0) fill("memory_gib", std::to_string(model.memory_gib));
    if (model.memory_bandwidth_gb_s > 0)
        fill("memory_bandwidth_gb_s", std::to_string(model.memory_bandwidth_gb_s));
    auto full = matching::parse_profile(json);
    if (!full) return full;
    for (const matching::AttributeValue& declared : body.profile.values) {
        if (std::ranges::find(full->values, declared) != full->values.end()) continue;
        const auto& attribute = matching::attribute_table()[declared.attribute];
        return fail("bad_profile", std::string(attribute.name) +
                                       " is said otherwise by the device catalogue or the site");
    }
    return full;
}

}  // namespace

std::optional<ClassRate> Market::Impl::nominal_rate(const PoolRow& pool,
                                                    const std::string& compute_class) const {
    const auto& peaks = models.at(pool.model).peak;
    const auto peak = peaks.find(compute_class);
    const auto& efficiencies = schedules.back().efficiency;
    const auto efficiency = efficiencies.find(compute_class);
    if (peak == peaks.end() || efficiency == efficiencies.end()) return std::nullopt;
    const auto rate =
        narrow(floor_div(Int128{peak->second.value} * efficiency->second.value, kPpm));
    if (!rate || *rate == 0) return std::nullopt;
    return ClassRate{Rate(*rate), false};
}

Result<void> Market::Impl::handle(const RegisterPool& body) {
    if (!acts_for(body.organisation)) {
        return fail("not_allowed", "a pool is registered by its own organisation");
    }
    const auto role = require_role(body.organisation, Role::kProvider);
    if (!role) return role;
    const auto site = sites.find(body.site);
    if (site == sites.end() || site->second.organisation != body.organisation) {
        return fail("unknown_site", "the organisation has no such site");
    }
    const auto model = models.find(body.model);
    if (model == models.end())
        return fail("unknown_model", "the catalogue has no such device model");
    if (schedules.empty()) return fail("no_schedule", "the operator has not set a schedule");
    if (body.lots.value <= 0) return fail("bad_lots", "a pool has at least one lot");
    if (body.id.is_nil() || pools.contains(body.id)) {
        return fail("pool_exists", "a pool with this id is registered");
    }
    // The provider's alone until all owners have confirmed.
    settlement::TitleHistory history(body.organisation);
    std::optional<settlement::ProposedTitle> title;
    if (!body.owners.empty()) {
        auto checked =
            check_title(history, body.id, body.owners_from, body.owners, body.organisation);
        if (!checked) return fail(checked.error());
        title = std::move(*checked);
    }
    auto profile = full_profile(body, model->second, site->second);
    if (!profile) return fail(profile.error());
    PoolRow row;
    row.rules = matching::PoolRules{body.id, body.organisation, body.site, body.lots, *profile};
    row.model = body.model;
    row.index = outcome.index;
    const auto added = engine.add_pool(row.rules);
    if (!added) return added;
    accept();
    pools.emplace(body.id, row);
    for (const auto& [compute_class, peak] : model->second.peak) {
        change_rate(body.id, compute_class, nominal_rate(row, compute_class));
    }
    titles.emplace(body.id, std::move(history));
    if (title) take_title(body.id, std::move(*title));
    touched_pools.mark(body.id);
    return {};
}

// A changed rate cancels the pool's resting sells in that class; contracts keep theirs (market §2).
void Market::Impl::change_rate(const PoolId& pool, const std::string& compute_class,
                               std::optional<ClassRate> rate) {
    auto& rates = pools.at(pool).rates;
    if (rate) {
        rates[compute_class] = *rate;
    } else {
        rates.erase(compute_class);
    }
    touched_pools.mark(pool);
    absorb(engine.set_rate(pool, compute_class, rate ? std::optional(rate->rate) : std::nullopt,
                           now()));
}

Result<void> Market::Impl::handle(const Attest& body) {
    const auto pool = pools.find(body.pool);
    if (pool == pools.end() || !acts_for(pool->second.rules.owner)) {
        return fail("unknown_pool", "the organisation has no such pool");
    }
    if (!models.at(pool->second.model).peak.contains(body.compute_class)) {
        return fail("unknown_class", "the pool's device model has no rate in this class");
    }
    if (body.rate.value <= 0 || body.rate.value > matching::kMaxRate) {
        return fail("bad_rate", "an attested rate is above 0 and at most " +
                                    to_string(Rate(matching::kMaxRate)) + " CU");
    }
    if (body.expires <= now()) return fail("bad_expiry", "an attestation expires in the future");
    if (body.id.is_nil() || attestations.contains(body.id)) {
        return fail("attestation_exists", "an attestation with this id is registered");
    }
    accept();
    attestations.emplace(
        body.id, AttestationRow{body.id, body.pool, body.compute_class, body.rate, body.benchmark,
                                body.expires, false, outcome.index});
    due.insert(DueKey{body.expires, outcome.index, DueKind::kAttestation, body.id.bytes});
    touched_attestations.mark(body.id);
    change_rate(body.pool, body.compute_class, ClassRate{body.rate, true});
    return {};
}

Result<void> Market::Impl::handle(const RevokeAttestation& body) {
    const auto found = attestations.find(body.id);
    if (found == attestations.end() || found->second.ended || !is_operator()) {
        return fail("unknown_attestation", "there is no such attestation in force");
    }
    accept();
    due.erase(
        DueKey{found->second.expires, found->second.index, DueKind::kAttestation, body.id.bytes});
    expire_attestation(body.id);
    return {};
}

const AttestationRow* Market::Impl::find_attestation(const PoolId& pool,
                                                     const std::string& compute_class) const {
    const AttestationRow* latest = nullptr;
    for (const auto& [id, row] : attestations) {
        if (row.ended || row.pool != pool || row.compute_class != compute_class) continue;
        if (latest == nullptr || row.index > latest->index) latest = &row;
    }
    return latest;
}

// Back to the latest other attestation of the pool and class, or to the nominal rate.
void Market::Impl::expire_attestation(const AttestationId& id) {
    AttestationRow& ended = attestations.at(id);
    ended.ended = true;
    ended_attestations.push_back(id);
    std::optional<ClassRate> rate = nominal_rate(pools.at(ended.pool), ended.compute_class);
    if (const auto* other = find_attestation(ended.pool, ended.compute_class))
        rate = ClassRate{other->rate, true};
    const auto& rates = pools.at(ended.pool).rates;
    const auto current = rates.find(ended.compute_class);
    if (rate && current != rates.end() && current->second == *rate) return;
    change_rate(ended.pool, ended.compute_class, rate);
}

Result<void> Market::Impl::handle(const BlockLots& body) {
    const auto pool = pools.find(body.pool);
    if (pool == pools.end() || !acts_for(pool->second.rules.owner)) {
        return fail("unknown_pool", "the organisation has no such pool");
    }
    if (body.lots.value <= 0 || body.window.start >= body.window.end) {
        return fail("bad_window", "at least one lot over a window that ends after it starts");
    }
    if (body.window.start < now()) {
        return fail("bad_window", "lots are taken out from now on, not in the past");
    }
    const auto free = engine.check_block(body.pool, body.window, body.lots);
    if (!free) return free;
    accept();
    absorb(engine.block(body.pool, body.window, body.lots, now()));
    blocks.emplace(outcome.index, BlockRow{body.pool, body.window, body.lots, outcome.index});
    touched_blocks.mark(outcome.index);
    return {};
}

Result<void> Market::Impl::handle(const UnblockLots& body) {
    const auto pool = pools.find(body.pool);
    if (pool == pools.end() || !acts_for(pool->second.rules.owner)) {
        return fail("unknown_pool", "the organisation has no such pool");
    }
    const auto found = blocks.find(body.block);
    if (found == blocks.end() || found->second.pool != body.pool ||
        found->second.window.end <= now()) {
        return fail("unknown_block", "no lots of the pool are taken out by this entry any more");
    }
    accept();
    BlockRow& block = found->second;
    const Window rest{std::max(block.window.start, now()), block.window.end};
    block.ended_at = now();
    ended_blocks.push_back(body.block);
    absorb(engine.unblock(body.pool, rest, block.lots, now()));
    return {};
}
}  // namespace suanpan::core
