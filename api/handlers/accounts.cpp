#include "db/queries/accounts.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "base/crypto.hpp"
#include "base/decimal.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "db/queries/identity.hpp"

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
    listed.rows = call.context.database.read(
        "list_balances", [&owner](db::Tx& tx) { return db::list_balances(tx, owner); });
    return list_response(
        listed, [](const core::BalanceRow& row) { return to_json(row); },
        [](const core::BalanceRow&) { return std::string(); });
}

// Money in (or, with a minus, out) by the operator's word. The payment's reference stays out of the
// log: only its salted hash is in the entry, and the answer gives the salt to whoever must prove
// it.
Result<Write> deposit(Call& call) {
    const auto organisation = call.id<OrganisationId>();
    if (!organisation) return fail(organisation.error());
    const auto known = call.context.database.read(
        "find_organisation", [&](db::Tx& tx) { return db::find_organisation(tx, *organisation); });
    if (!known) return fail(not_found());
    Faults faults;
    Fields fields(call.body, faults);
    core::MoveCash cash;
    cash.organisation = *organisation;
    cash.currency = fields.need("currency", parse_currency).value_or("");
    const auto amount = fields.need("amount", parse_money);
    if (amount && amount->value == 0)
        fields.fault("amount", "out_of_range", "an amount other than zero is needed");
    cash.amount = amount.value_or(Money(0));
    const auto reference = fields.need_text("reference", 200);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const std::string salt = random_bytes(16);
    cash.reference_hash = to_hex(as_chars(sha256({salt, *reference})));
    Write write;
    write.for_ever = true;
    write.command = cash;
    write.respond = [cash, reference = *reference,
                     salt = to_hex(salt)](const core::CommandOutcome& outcome) {
        const Json body{{"organisation", to_string(cash.organisation)},
                        {"currency", cash.currency},
                        {"amount", to_string(cash.amount)},
                        {"reference", reference},
                        {"reference_salt", salt},
                        {"reference_hash", cash.reference_hash},
                        {"time", to_string(outcome.time)},
                        {"log_index", outcome.index.value}};
        return stored(body, 201, std::to_string(outcome.index.value));
    };
    return write;
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
    const auto listed = call.context.database.read(
        "list_journal", [&](db::Tx& tx) { return db::list_journal(tx, filter, page); });
    const auto viewer = call.caller.is_operator() ? std::nullopt : *organisation;
    return list_response(
        listed, [&viewer](const settlement::JournalEntry& entry) { return to_json(entry, viewer); },
        [](const settlement::JournalEntry& entry) { return to_string(entry.id); });
}

}  // namespace suanpan::api
