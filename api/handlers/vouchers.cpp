// Compute vouchers: programmes, grants, and what became of them.

#include "db/queries/vouchers.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "api/problem.hpp"
#include "base/decimal.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "db/queries/settlements.hpp"
#include "services/clock.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

using settlement::Programme;

constexpr std::size_t kMaxText = 128;
constexpr std::size_t kMaxKinds = 4;
constexpr std::int64_t kMostRedemptions = 10'000;

Result<std::string> parse_scope_text(std::string_view text) {
    if (!text.empty() && text.size() <= kMaxText) return std::string(text);
    return fail("bad_text", "a hub or a purpose has 1 to 128 bytes");
}

template <typename T>
void sort_distinct(std::vector<T>& items) {
    std::ranges::sort(items);
    const auto repeated = std::ranges::unique(items);
    items.erase(repeated.begin(), repeated.end());
}

void read_scope(Fields& fields, settlement::VoucherScope& scope) {
    const Json* object = fields.find_object("scope");
    if (object == nullptr) return;
    Fields inner(*object, fields.faults(), fields.pointer_of("scope"));
    scope.classes = inner.find_list("classes", settlement::kMaxScopeItems, parse_class);
    scope.hubs = inner.find_list("hubs", settlement::kMaxScopeItems, parse_scope_text);
    scope.providers =
        inner.find_list("providers", settlement::kMaxScopeItems, parse_id<OrganisationId>);
    scope.purposes = inner.find_list("purposes", settlement::kMaxScopeItems, parse_scope_text);
    scope.kinds = inner.find_list("kinds", kMaxKinds, settlement::parse_buyer_kind);
    inner.finish();
    sort_distinct(scope.classes);
    sort_distinct(scope.hubs);
    sort_distinct(scope.providers);
    sort_distinct(scope.purposes);
    sort_distinct(scope.kinds);
}

void read_caps(Fields& fields, settlement::VoucherCaps& caps) {
    const Json* object = fields.find_object("caps");
    if (object == nullptr) return;
    Fields inner(*object, fields.faults(), fields.pointer_of("caps"));
    caps.grant = inner.find("grant", parse_money);
    caps.organisation = inner.find("organisation", parse_money);
    caps.month = inner.find("month", parse_money);
    inner.finish();
}

// [{"organisation":…,"share_ppm":…}, …]; the holder alone when they are left out.
std::vector<settlement::FunderShare> read_funders(Fields& fields, const OrganisationId& holder) {
    const Json* list = fields.find_array("funders", settlement::kMaxFunders);
    if (list == nullptr) return {{holder, Ppm(kPpm)}};
    std::vector<settlement::FunderShare> out;
    for (std::size_t i = 0; i < list->size(); ++i) {
        Fields one((*list)[i], fields.faults(), fields.pointer_of("funders/" + std::to_string(i)));
        const auto who = one.need("organisation", parse_id<OrganisationId>);
        const auto share = one.need_integer("share_ppm", 1, kPpm);
        one.finish();
        out.push_back({who.value_or(OrganisationId()), Ppm(share.value_or(0))});
    }
    return out;
}

core::OpenProgramme read_programme(const Call& call, Fields& fields) {
    core::OpenProgramme out;
    out.holder = fields.find("holder", parse_id<OrganisationId>).value_or(call.caller.organisation);
    Programme& programme = out.programme;
    programme.id = random_id<ProgrammeId>(call.context.clock.now());
    programme.funders = read_funders(fields, out.holder);
    programme.currency = fields.need("currency", parse_currency).value_or("");
    programme.budget = fields.need("budget", parse_money).value_or(Money(0));
    programme.from = fields.find("from", parse_time).value_or(call.context.clock.now());
    programme.until = fields.need("until", parse_time).value_or(Time(0));
    programme.share_paid = Ppm(fields.need_integer("share_ppm", 1, kPpm).value_or(1));
    read_caps(fields, programme.caps);
    read_scope(fields, programme.scope);
    if (const auto margin = fields.find_integer("index_margin_ppm", 0, 100 * kPpm))
        programme.index_margin = Ppm(*margin);
    return out;
}

services::StoredResponse told_programme(const core::CommandOutcome& outcome, int status) {
    const core::ProgrammeRow& row = outcome.programme.value();
    return stored(to_json(row), status, to_string(row.state.programme.id));
}

services::StoredResponse told_grant(const core::CommandOutcome& outcome, int status) {
    const core::GrantRow& row = outcome.grant.value();
    return stored(to_json(row), status, to_string(row.state.grant.id));
}

// Who only has a grant learns the terms: what the others have of it is theirs and the funders'.
Json terms_json(const db::ProgrammeInfo& info) {
    Json out = to_json(info.row);
    for (const char* of_the_funders : {"budget", "ungranted", "funders"})
        out.erase(of_the_funders);
    return out;
}

Json info_json(const db::ProgrammeInfo& info) {
    Json out = to_json(info.row);
    out["granted"] = to_string(info.totals.granted);
    out["reserved"] = to_string(info.totals.reserved);
    out["redeemed"] = to_string(info.totals.redeemed);
    out["expired"] = to_string(info.totals.expired);
    return out;
}

// What the funders paid of a window, down to the log entries of its readings.
Json redemption_json(const db::LineInfo& info, const Programme& programme) {
    const core::SettlementLineRow& row = info.row;
    const auto parts = settlement::split_by_funders(programme, row.line.voucher);
    Json funders = Json::array();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        funders.push_back({{"organisation", to_string(programme.funders[i].funder)},
                           {"amount", to_string(parts[i])}});
    }
    Json readings = Json::array();
    for (const LogIndex index : row.readings)
        readings.push_back(index.value);
    return {{"grant", to_string(row.grant)},
            {"organisation", to_string(info.buyer)},
            {"provider", to_string(info.provider)},
            {"lease", to_string(row.lease)},
            {"run", to_string(row.run)},
            {"market", matching::to_string(info.market)},
            {"window", to_json(row.window)},
            {"sale", to_string(row.line.sale)},
            {"amount", to_string(row.line.amount)},
            {"voucher", to_string(row.line.voucher)},
            {"funders", std::move(funders)},
            {"readings", std::move(readings)},
            {"log_index", row.index.value}};
}

bool sees(const Call& call, const core::ProgrammeRow& row) {
    const OrganisationId& viewer = call.caller.organisation;
    const auto& funders = row.state.programme.funders;
    return call.caller.is_operator() || viewer == row.holder ||
           std::ranges::find(funders, viewer, &settlement::FunderShare::funder) != funders.end();
}

}  // namespace

Result<Write> describe_organisation(Call& call) {
    const auto id = call.id<OrganisationId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields fields(call.body, faults);
    core::DescribeOrganisation body;
    body.organisation = *id;
    body.kinds = fields.find_list("kinds", kMaxKinds, settlement::parse_buyer_kind);
    sort_distinct(body.kinds);
    body.group = fields.find_text("group", kMaxText).value_or("");
    body.tax_class = fields.find_text("tax_class", kMaxText).value_or("");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = body;
    write.respond = [body](const core::CommandOutcome& outcome) {
        Json out{{"id", to_string(body.organisation)},
                 {"kinds", Json::array()},
                 {"group", body.group},
                 {"tax_class", body.tax_class},
                 {"log_index", outcome.index.value}};
        for (const settlement::BuyerKind kind : body.kinds)
            out["kinds"].push_back(settlement::to_string(kind));
        return stored(out, 200, to_string(body.organisation));
    };
    return write;
}

Result<Write> open_programme(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    core::OpenProgramme body = read_programme(call, fields);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.for_ever = true;
    write.command = std::move(body);
    write.respond = [](const core::CommandOutcome& outcome) {
        return told_programme(outcome, 201);
    };
    return write;
}

Result<Write> fund_programme(Call& call) {
    const auto id = call.id<ProgrammeId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields fields(call.body, faults);
    const Money amount = fields.need("amount", parse_money).value_or(Money(0));
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.for_ever = true;
    write.command = core::FundProgramme{*id, amount};
    write.respond = [](const core::CommandOutcome& outcome) {
        return told_programme(outcome, 200);
    };
    return write;
}

Result<Write> close_programme(Call& call) {
    const auto id = call.id<ProgrammeId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.for_ever = true;
    write.command = core::CloseProgramme{*id};
    write.respond = [](const core::CommandOutcome& outcome) {
        return told_programme(outcome, 200);
    };
    return write;
}

Result<Response> list_programmes(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, ProgrammeId::kPrefix);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    const auto party = *organisation;
    const auto listed = call.read("list_programmes",
                                  [&](db::Tx& tx) { return db::list_programmes(tx, party, page); });
    return list_response(
        listed,
        [&call](const db::ProgrammeInfo& info) {
            return sees(call, info.row) ? info_json(info) : terms_json(info);
        },
        [](const db::ProgrammeInfo& info) { return to_string(info.row.state.programme.id); });
}

Result<Response> list_redemptions(Call& call) {
    const auto id = call.id<ProgrammeId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields query(call.query, faults);
    db::LineFilter filter;
    filter.programme = *id;
    filter.limit = kMostRedemptions + 1;
    filter.lease = query.find("lease", parse_id<LeaseId>);
    filter.party = query.find("organisation", parse_id<OrganisationId>);
    filter.from = query.find("from", parse_time);
    filter.until = query.find("until", parse_time);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    std::optional<core::ProgrammeRow> row;
    std::string items;
    std::int64_t count = 0;
    call.snapshot("list_redemptions", [&](db::Tx& tx) {
        items.clear();
        count = 0;
        row = db::find_programme(tx, *id);
        if (!row || !sees(call, *row)) return;
        db::for_each_line(tx, filter, [&](const db::LineInfo& line) {
            if (++count > kMostRedemptions) return;
            items +=
                (items.empty() ? "" : ",") + redemption_json(line, row->state.programme).dump();
        });
    });
    if (!row || !sees(call, *row)) return fail(not_found());
    if (count > kMostRedemptions) {
        return fail("too_many_lines", "the programme has more than " +
                                          std::to_string(kMostRedemptions) +
                                          " redemptions: ask for a shorter time");
    }
    Response response;
    response.body = R"({"items":[)" + items + R"(],"has_more":false})";
    return response;
}

Result<Write> grant_voucher(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    settlement::Grant grant;
    grant.id = random_id<GrantId>(call.context.clock.now());
    grant.programme = fields.need("programme", parse_id<ProgrammeId>).value_or(ProgrammeId());
    grant.organisation =
        fields.need("organisation", parse_id<OrganisationId>).value_or(OrganisationId());
    grant.amount = fields.need("amount", parse_money).value_or(Money(0));
    grant.expires = fields.need("expires", parse_time).value_or(Time(0));
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.for_ever = true;
    write.command = core::GrantVoucher{grant};
    write.respond = [](const core::CommandOutcome& outcome) { return told_grant(outcome, 201); };
    return write;
}

Result<Write> revoke_grant(Call& call) {
    const auto id = call.id<GrantId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::RevokeGrant{*id};
    write.respond = [](const core::CommandOutcome& outcome) { return told_grant(outcome, 200); };
    return write;
}

Result<Response> list_grants(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, GrantId::kPrefix);
    db::GrantFilter filter;
    filter.programme = query.find("programme", parse_id<ProgrammeId>);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    filter.party = *organisation;
    const auto listed =
        call.read("list_grants", [&](db::Tx& tx) { return db::list_grants(tx, filter, page); });
    return list_response(
        listed, [](const core::GrantRow& row) { return to_json(row); },
        [](const core::GrantRow& row) { return to_string(row.state.grant.id); });
}

}  // namespace suanpan::api
