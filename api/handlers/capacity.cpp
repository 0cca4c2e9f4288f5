// Sites and pools: what a provider lists.

#include "db/queries/capacity.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "db/queries/titles.hpp"
#include "services/capacity/calendar_view.hpp"
#include "services/clock.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

constexpr std::int64_t kMaxLots = 1'000'000'000;
constexpr std::int64_t kMostTitles = 200;  // of a pool at a glance; its list has all
constexpr Duration kCalendarDefault{7 * 86'400};
constexpr Duration kCalendarMost{400 * 86'400};

Result<std::string> parse_hub(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (!text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed))
        return std::string(text);
    return fail("bad_hub", "a hub is lower-case letters, digits, '-' and '_', as guizhou");
}

// Pools are public goods on a market: every caller may see what is offered. Changing one needs its
// owner, which the market core checks.
Result<core::PoolRow> find_pool(const Call& call) {
    const auto id = call.id<PoolId>();
    if (!id) return fail(id.error());
    auto row = call.read("find_pool", [&id](db::Tx& tx) { return db::find_pool(tx, *id); });
    if (!row) return fail(not_found());
    return *row;
}

Window read_calendar_window(Fields& query, Time now) {
    const auto from = query.find("from", parse_time);
    const auto until = query.find("to", parse_time);
    const Time start = from.value_or(now);
    if (!until && start.value > kLastTime.value - kCalendarDefault.value) {
        query.fault("from", "out_of_range", "a week later there is no date any more: give 'to'");
        return {};
    }
    const Time end = until.value_or(Time(start.value + kCalendarDefault.value));
    if (end <= start || end.value - start.value > kCalendarMost.value)
        query.fault("to", "out_of_range", "'to' must come after 'from', at most 400 days later");
    return {start, end};
}

// A foreign pool is an unknown one.
Result<core::PoolRow> find_own_pool(const Call& call) {
    auto pool = find_pool(call);
    if (pool && !call.caller.is_operator() && pool->rules.owner != call.caller.organisation)
        return fail(not_found());
    return pool;
}

}  // namespace

Result<Write> create_site(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    db::SiteInfo site;
    site.name = fields.need_text("name", 200).value_or("");
    site.row.hub = fields.need("hub", parse_hub).value_or("");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    site.row.id = random_id<SiteId>(call.context.clock.now());
    site.row.organisation = call.caller.organisation;
    Write write;
    write.command = core::RegisterSite{site.row.id, site.row.organisation, site.row.hub};
    write.side.emplace_back(db::SiteNameRow{site.row.id, site.name});
    write.respond = [site](const core::CommandOutcome& outcome) {
        db::SiteInfo made = site;
        made.row.index = outcome.index;
        return stored(to_json(made), 201, to_string(made.row.id));
    };
    return write;
}

Result<Response> list_sites(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, SiteId::kPrefix);
    db::SiteFilter filter;
    filter.organisation = query.find("organisation", parse_id<OrganisationId>);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto listed =
        call.read("list_sites", [&](db::Tx& tx) { return db::list_sites(tx, filter, page); });
    return list_response(
        listed, [](const db::SiteInfo& site) { return to_json(site); },
        [](const db::SiteInfo& site) { return to_string(site.row.id); });
}

Result<Write> create_pool(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    core::RegisterPool pool;
    pool.organisation = call.caller.organisation;
    pool.site = fields.need("site", parse_id<SiteId>).value_or(SiteId{});
    pool.model = fields.need_text("model", 64).value_or("");
    pool.lots = Lots(fields.need_integer("lots", 1, kMaxLots).value_or(0));
    if (const Json* profile = fields.find_object("profile")) {
        auto parsed = matching::parse_profile(*profile);
        if (parsed) {
            pool.profile = std::move(*parsed);
        } else {
            fields.adopt("profile", parsed.error());
        }
    }
    pool.owners = read_owners(fields, "owners", false);
    if (!pool.owners.empty()) pool.owners_from = read_title_start(call, fields, "owners_from");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    pool.id = random_id<PoolId>(call.context.clock.now());
    Write write;
    write.command = pool;
    // The core adds the model's facts and the rates: GET the pool to see them.
    write.respond = [pool](const core::CommandOutcome& outcome) {
        Json body{{"id", to_string(pool.id)},
                  {"organisation", to_string(pool.organisation)},
                  {"site", to_string(pool.site)},
                  {"model", pool.model},
                  {"lots", pool.lots.value},
                  {"profile", parse_canonical(matching::canonical(pool.profile))},
                  {"log_index", outcome.index.value}};
        if (outcome.title) body["title"] = to_json(*outcome.title, outcome.time);
        return stored(body, 201, to_string(pool.id));
    };
    return write;
}

Result<Response> list_pools(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, PoolId::kPrefix);
    db::PoolFilter filter;
    filter.organisation = query.find("organisation", parse_id<OrganisationId>);
    filter.site = query.find("site", parse_id<SiteId>);
    filter.model = query.find_text("model", 64);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto listed =
        call.read("list_pools", [&](db::Tx& tx) { return db::list_pools(tx, filter, page); });
    return list_response(
        listed, [](const core::PoolRow& pool) { return to_json(pool); },
        [](const core::PoolRow& pool) { return to_string(pool.rules.id); });
}

Result<Response> get_pool(Call& call) {
    const auto pool = find_pool(call);
    if (!pool) return fail(pool.error());
    Json body = to_json(*pool);
    Json titles = Json::array();
    Json attestations = Json::array();
    db::TitleFilter confirmed;
    confirmed.pool = pool->rules.id;
    confirmed.state = core::TitleState::kConfirmed;
    confirmed.limit = kMostTitles;
    call.snapshot("pool_details", [&](db::Tx& tx) {
        titles.clear();
        attestations.clear();
        for (const auto& title : db::list_titles(tx, confirmed).rows)
            titles.push_back(to_json(title, call.context.clock.now()));
        for (const auto& attestation : db::list_attestations(tx, pool->rules.id))
            attestations.push_back(to_json(attestation));
    });
    body["titles"] = std::move(titles);
    body["attestations"] = std::move(attestations);
    return json_response(body);
}

Result<Response> get_calendar(Call& call) {
    const auto pool = find_pool(call);
    if (!pool) return fail(pool.error());
    Faults faults;
    Fields query(call.query, faults);
    const Window window = read_calendar_window(query, call.context.clock.now());
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto occupations = call.read("pool_calendar", [&](db::Tx& tx) {
        return db::list_occupations(tx, pool->rules.id, window);
    });
    Json steps = Json::array();
    for (const auto& step : services::free_lots(pool->rules.lots, occupations, window))
        steps.push_back({{"from", to_string(step.from)}, {"free_lots", step.lots.value}});
    return json_response({{"pool", to_string(pool->rules.id)},
                          {"lots", pool->rules.lots.value},
                          {"window", to_json(window)},
                          {"steps", std::move(steps)}});
}

Result<Write> attest(Call& call) {
    const auto pool = find_own_pool(call);
    if (!pool) return fail(pool.error());
    Faults faults;
    Fields fields(call.body, faults);
    core::Attest attestation;
    attestation.pool = pool->rules.id;
    attestation.compute_class = fields.need("class", parse_class).value_or("");
    attestation.benchmark = fields.need_text("benchmark", 200).value_or("");
    const auto rate = fields.need("rate", parse_rate);
    if (rate && rate->value <= 0) fields.fault("rate", "out_of_range", "a rate is above zero");
    attestation.rate = rate.value_or(Rate(0));
    const auto expires = fields.need("expires_at", parse_time);
    if (expires && *expires <= call.context.clock.now())
        fields.fault("expires_at", "out_of_range", "this moment has passed");
    attestation.expires = expires.value_or(Time(0));
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    attestation.id = random_id<AttestationId>(call.context.clock.now());
    Write write;
    write.command = attestation;
    write.respond = [attestation](const core::CommandOutcome& outcome) {
        core::AttestationRow made;
        made.id = attestation.id;
        made.pool = attestation.pool;
        made.compute_class = attestation.compute_class;
        made.rate = attestation.rate;
        made.benchmark = attestation.benchmark;
        made.expires = attestation.expires;
        made.index = outcome.index;
        return stored(to_json(made), 201, to_string(made.id));
    };
    return write;
}

Result<Write> unblock_lots(Call& call) {
    const auto pool = find_own_pool(call);
    if (!pool) return fail(pool.error());
    const auto block = parse_integer(call.parameters.at(1));
    if (!block) return fail(not_found());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::UnblockLots{pool->rules.id, LogIndex(*block)};
    write.respond = [](const core::CommandOutcome& outcome) {
        return stored({{"log_index", outcome.index.value}}, 200, "");
    };
    return write;
}

// Those that still take lots out, or will.
Result<Response> list_blocks(Call& call) {
    const auto pool = find_own_pool(call);
    if (!pool) return fail(pool.error());
    const Time now = call.context.clock.now();
    const auto blocks =
        call.read("list_blocks", [&](db::Tx& tx) { return db::list_blocks(tx, pool->rules.id); });
    Json items = Json::array();
    for (const core::BlockRow& block : blocks) {
        if (!block.ended_at && block.window.end > now) items.push_back(to_json(block));
    }
    return json_response({{"items", std::move(items)}, {"has_more", false}});
}

Result<Write> block_lots(Call& call) {
    const auto pool = find_own_pool(call);
    if (!pool) return fail(pool.error());
    Faults faults;
    Fields fields(call.body, faults);
    core::BlockLots block;
    block.pool = pool->rules.id;
    block.window = read_window(fields, "window", true).value_or(Window{});
    block.lots = Lots(fields.need_integer("lots", 1, kMaxLots).value_or(0));
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = block;
    write.respond = [block](const core::CommandOutcome& outcome) {
        const core::BlockRow made{block.pool, block.window, block.lots, outcome.index};
        return stored(to_json(made), 201, to_string(block.pool));
    };
    return write;
}

}  // namespace suanpan::api
