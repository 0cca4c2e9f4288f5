#include "db/queries/accounts.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "base/time.hpp"

namespace suanpan::api {

Result<Response> list_accounts(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    const auto owner = organisation->value_or(call.caller.organisation);
    db::Listed<core::BalanceRow> listed;
    listed.rows =
        call.read("list_balances", [&owner](db::Tx& tx) { return db::list_balances(tx, owner); });
    return list_response(
        listed, [](const core::BalanceRow& row) { return to_json(row); },
        [](const core::BalanceRow&) { return std::string(); });
}

Result<Response> list_journal(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, JournalId::kPrefix);
    db::JournalFilter filter;
    filter.currency = query.find("currency", parse_currency);
    filter.reason = query.find_text("reason", 64);
    filter.from = query.find("from", parse_time);
    filter.until = query.find("to", parse_time);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    filter.organisation = *organisation;
    const auto listed =
        call.read("list_journal", [&](db::Tx& tx) { return db::list_journal(tx, filter, page); });
    const auto viewer = call.caller.is_operator() ? std::nullopt : *organisation;
    return list_response(
        listed, [&viewer](const settlement::JournalEntry& entry) { return to_json(entry, viewer); },
        [](const settlement::JournalEntry& entry) { return to_string(entry.id); });
}

}  // namespace suanpan::api
