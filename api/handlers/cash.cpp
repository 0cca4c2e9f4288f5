// Money in and out: asked for by one person and approved by another, or on the word of a payment
// provider; bonds, and what is taken back.

#include "api/json/cash.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/problem.hpp"
#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/decimal.hpp"
#include "base/dsse.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "db/queries/cash.hpp"
#include "db/queries/identity.hpp"

namespace suanpan::api {

namespace {

// The payment's reference stays out of the log: only its salted hash is in the entry, and the
// answer gives the salt to whoever must prove it.
struct Reference {
    std::string text;
    std::string salt;
    [[nodiscard]] std::string hash() const { return to_hex(as_chars(sha256({salt, text}))); }
};

Reference read_reference(Fields& fields) {
    return {fields.need_text("reference", 200).value_or(""), random_bytes(16)};
}

Error person_needed() {
    return {"person_needed",
            "money is moved by persons: use an API key that was made with a 'user'"};
}

Money read_amount(Fields& fields) {
    const auto amount = fields.need("amount", parse_money);
    if (amount && amount->value <= 0)
        fields.fault("amount", "out_of_range", "an amount above zero is needed");
    return amount.value_or(Money(0));
}

// The organisation of the path, that the caller may see.
Result<OrganisationId> path_organisation(const Call& call) {
    const auto id = call.id<OrganisationId>();
    if (!id) return fail(id.error());
    if (!call.caller.is_operator() && *id != call.caller.organisation) return fail(not_found());
    const auto known = call.read("find_organisation",
                                 [&id](db::Tx& tx) { return db::find_organisation(tx, *id); });
    if (!known) return fail(not_found());
    return *id;
}

Result<core::CashRow> visible_cash(const Call& call) {
    const auto id = call.id<ApprovalId>();
    if (!id) return fail(id.error());
    auto row = call.read("find_cash", [&id](db::Tx& tx) { return db::find_cash(tx, *id); });
    if (!row ||
        (!call.caller.is_operator() && row->move.organisation != call.caller.organisation)) {
        return fail(not_found());
    }
    return std::move(*row);
}

services::StoredResponse told(const core::CommandOutcome& outcome, int status) {
    const core::CashRow& row = outcome.cash.value();
    return stored(to_json(row), status, to_string(row.approval.id));
}

Write request_of(const Call& call, core::CashMove move, Reference reference) {
    move.reference_hash = reference.hash();
    Write write;
    write.for_ever = true;
    write.free_text = true;
    write.command = core::RequestCash{std::move(move), call.caller.user};
    write.respond = [reference = std::move(reference)](const core::CommandOutcome& outcome) {
        const core::CashRow& row = outcome.cash.value();
        Json body = to_json(row);
        body["reference"] = reference.text;
        body["reference_salt"] = to_hex(reference.salt);
        return stored(body, 201, to_string(row.approval.id));
    };
    return write;
}

// `sign` of the amount that is given without one.
Result<Write> request_cash(Call& call, std::int64_t sign) {
    const auto organisation = path_organisation(call);
    if (!organisation) return fail(organisation.error());
    Faults faults;
    Fields fields(call.body, faults);
    core::CashMove move;
    move.organisation = *organisation;
    move.currency = fields.need("currency", parse_currency).value_or("");
    move.amount = Money(sign * read_amount(fields).value);
    Reference reference = read_reference(fields);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (call.caller.user.is_nil()) return fail(person_needed());
    return request_of(call, std::move(move), std::move(reference));
}

}  // namespace

Result<Write> deposit(Call& call) {
    return request_cash(call, 1);
}

Result<Write> withdraw(Call& call) {
    return request_cash(call, -1);
}

Result<Write> reverse_entry(Call& call) {
    const auto id = call.id<JournalId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields fields(call.body, faults);
    const auto reason = fields.need("reason", core::parse_reversal_reason);
    Reference reference = read_reference(fields);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (call.caller.user.is_nil()) return fail(person_needed());
    const auto original =
        call.read("find_cash_of", [&id](db::Tx& tx) { return db::find_cash_of(tx, *id); });
    core::CashMove move;
    // Of an entry that is none of them: the market says why not.
    if (original) move = original->move;
    move.amount = Money(original ? -move.amount.value : 1);
    if (!original) move.organisation = call.caller.organisation;
    move.reverses = core::Reversal{*id, *reason};
    return request_of(call, std::move(move), std::move(reference));
}

Result<Response> list_cash_requests(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, ApprovalId::kPrefix);
    db::CashFilter filter;
    filter.state = query.find("state", settlement::parse_approval_state);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    filter.organisation = *organisation;
    const auto listed =
        call.read("list_cash", [&](db::Tx& tx) { return db::list_cash(tx, filter, page); });
    return list_response(
        listed, [](const core::CashRow& row) { return to_json(row); },
        [](const core::CashRow& row) { return to_string(row.approval.id); });
}

Result<Response> get_cash_request(Call& call) {
    const auto row = visible_cash(call);
    if (!row) return fail(row.error());
    return json_response(to_json(*row));
}

// `content`, when it is given, is what the second person saw; otherwise what the request says.
Result<Write> approve_cash(Call& call) {
    const auto row = visible_cash(call);
    if (!row) return fail(row.error());
    Faults faults;
    Fields fields(call.body, faults);
    const auto content = fields.find("content", parse_hash);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (call.caller.user.is_nil()) return fail(person_needed());
    Write write;
    write.for_ever = true;
    write.command = core::ApproveCash{row->approval.id, content.value_or(row->approval.content),
                                      call.caller.user};
    write.respond = [](const core::CommandOutcome& outcome) { return told(outcome, 200); };
    return write;
}

Result<Write> reject_cash(Call& call) {
    const auto row = visible_cash(call);
    if (!row) return fail(row.error());
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (call.caller.user.is_nil()) return fail(person_needed());
    Write write;
    write.command = core::RejectCash{row->approval.id, call.caller.user};
    write.respond = [](const core::CommandOutcome& outcome) { return told(outcome, 200); };
    return write;
}

// The signature is checked here; who may send with which key is the market's to say.
Result<Write> take_payment(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    const Json* object = fields.need_object("envelope");
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto envelope = read_envelope(*object);
    if (!envelope) return fail(envelope.error());
    if (envelope->payload_type != settlement::kPaymentPayloadType) {
        return fail("bad_payload_type", "the payloadType of a payment is " +
                                            std::string(settlement::kPaymentPayloadType));
    }
    auto notice = settlement::parse_payment(envelope->payload);
    if (!notice) return fail(notice.error());
    const auto key = call.read("find_payment_key",
                               [&](db::Tx& tx) { return db::find_payment_key(tx, notice->key); });
    const auto& sender = call.caller;
    if (!key || (!sender.is_operator() && key->organisation != sender.organisation))
        return fail("unknown_payment_key", "the organisation has no such payment key");
    if (!verify(*envelope, key->key)) {
        return fail("bad_signature",
                    "no signature of the envelope is the payment key's over this payload");
    }
    Write write;
    write.for_ever = true;
    write.command = core::TakePayment{canonical_json(*object), std::move(*notice)};
    write.respond = [](const core::CommandOutcome& outcome) { return told(outcome, 201); };
    return write;
}

namespace {

Result<Write> move_bond(Call& call, std::int64_t sign) {
    const auto organisation = path_organisation(call);
    if (!organisation) return fail(organisation.error());
    Faults faults;
    Fields fields(call.body, faults);
    core::MoveBond bond;
    bond.organisation = *organisation;
    bond.currency = fields.need("currency", parse_currency).value_or("");
    const Money amount = read_amount(fields);
    bond.amount = Money(sign * amount.value);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.for_ever = true;
    write.command = bond;
    write.respond = [bond, amount, sign](const core::CommandOutcome& outcome) {
        const Json body{{"organisation", to_string(bond.organisation)},
                        {"currency", bond.currency},
                        {"amount", to_string(amount)},
                        {"action", sign > 0 ? "given" : "released"},
                        {"time", to_string(outcome.time)},
                        {"log_index", outcome.index.value}};
        return stored(body, 201, std::to_string(outcome.index.value));
    };
    return write;
}

}  // namespace

Result<Write> give_bond(Call& call) {
    return move_bond(call, 1);
}

Result<Write> release_bond(Call& call) {
    return move_bond(call, -1);
}

}  // namespace suanpan::api
