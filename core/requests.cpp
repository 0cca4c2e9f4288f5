// What one person of the operator must not do alone beside moving money: another one says so too.

#include "core/market_impl.hpp"

#include <utility>

namespace suanpan::core {

Result<void> Market::Impl::require_operator_person(const UserId& by) const {
    if (const auto allowed = require_operator(); !allowed) return allowed;
    if (by.is_nil()) {
        return fail("person_needed",
                    "this takes two persons of the operator, each with an API key of its own");
    }
    return require_person(by);
}

Result<void> Market::Impl::check_act(const OperatorAct& act) const {
    if (const auto* month = std::get_if<CloseMonth>(&act)) return check_closing(month->month);
    const auto& key = std::get<TrustKey>(act);
    if (!organisations.contains(key.organisation))
        return fail("unknown_organisation", "there is no such organisation");
    if (key.id.is_nil() || desk.payment_keys.contains(key.id))
        return fail("payment_key_exists", "a payment key with this id is registered");
    return {};
}

Result<void> Market::Impl::request(OperatorAct act, const UserId& by) {
    if (const auto person = require_operator_person(by); !person) return person;
    if (const auto fits = check_act(act); !fits) return fits;
    if (const auto fresh = requests.check_new(act); !fresh) return fresh;
    if (std::ssize(requests.waiting) >= kMaxWaitingRequests)
        return fail("too_many", "64 requests of the operator wait for a second person");
    auto approval = settlement::request_approval(own_approval(), action_of(act), content_of(act),
                                                 to_string(by), now(), kApprovalTime);
    if (!approval) return fail(approval.error());
    accept();
    OperatorRequestRow row{act, std::move(*approval), outcome.index};
    const ApprovalId id = row.approval.id;
    due.insert(DueKey{row.approval.expires_at, row.index, DueKind::kApproval, id.bytes});
    requests.waiting.emplace(id, row);
    requests.touched.mark(id);
    outcome.request = std::move(row);
    return {};
}

Result<void> Market::Impl::handle(const RegisterPaymentKey& body) {
    return request(TrustKey{body.id, body.organisation, body.key}, body.by);
}

Result<OperatorRequestRow*> Market::Impl::waiting_request(const ApprovalId& id) {
    const auto found = requests.waiting.find(id);
    if (found == requests.waiting.end())
        return fail("unknown_approval", "there is no request of this id that can be decided");
    return &found->second;
}

void Market::Impl::end_request(OperatorRequestRow& row, settlement::Approval ended) {
    row.approval = std::move(ended);
    due.erase(
        DueKey{row.approval.expires_at, row.index, DueKind::kApproval, row.approval.id.bytes});
    requests.ended.push_back(row.approval.id);
    outcome.request = row;
}

Result<void> Market::Impl::handle(const ApproveRequest& body) {
    if (const auto person = require_operator_person(body.by); !person) return person;
    const auto waiting = waiting_request(body.id);
    if (!waiting) return fail(waiting.error());
    OperatorRequestRow& row = **waiting;
    auto approved = approve_by(row.approval, body.content, body.by);
    if (!approved) return fail(approved.error());
    // It may have become impossible since it was asked for.
    if (const auto fits = check_act(row.act); !fits) return fits;
    accept();
    end_request(row, std::move(*approved));
    carry_out(row.act);
    return {};
}

// REQUIRES check_act().
void Market::Impl::carry_out(const OperatorAct& act) {
    if (const auto* key = std::get_if<TrustKey>(&act)) {
        desk.payment_keys.emplace(
            key->id, PaymentKeyRow{key->id, key->organisation, key->key, false, outcome.index});
        desk.touched_payment_keys.mark(key->id);
        return;
    }
    begin_closing(std::get<CloseMonth>(act).month);
    close_step(*closing.last);
    outcome.period = *closing.last;
}

Result<void> Market::Impl::handle(const RejectRequest& body) {
    if (const auto person = require_operator_person(body.by); !person) return person;
    const auto waiting = waiting_request(body.id);
    if (!waiting) return fail(waiting.error());
    settlement::Approval rejected = (*waiting)->approval;
    if (const auto given = settlement::reject(rejected, to_string(body.by), now()); !given)
        return given;
    accept();
    end_request(**waiting, std::move(rejected));
    return {};
}

void Market::Impl::expire_approval(const ApprovalId& id) {
    const auto found = requests.waiting.find(id);
    if (found == requests.waiting.end()) return expire_cash(id);
    CHECK(settlement::expire_approval(found->second.approval, now()));
    requests.ended.push_back(id);
}

}  // namespace suanpan::core
