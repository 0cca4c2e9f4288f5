#include "apps/suanpan-audit/payment_keys.hpp"

#include "apps/suanpan-audit/key_table.hpp"
#include "base/bytes.hpp"
#include "base/time.hpp"
#include "settlement/approval.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace suanpan::audit {
namespace {

tl::unexpected<Error> unknown_key(const SigningKeyId& id) {
    return fail("unknown_payment_key",
                "no entry before puts the payment key " + to_string(id) + " in force");
}

}  // namespace

void PaymentKeys::ask(const CommandId& command, const core::RegisterPaymentKey& asked, Time time) {
    asked_[ApprovalId{command.bytes}] =
        Asked{core::TrustKey{asked.id, asked.organisation, asked.key}, asked.by, time};
}

Result<void> PaymentKeys::approve(const core::ApproveRequest& approval, Time time) {
    const auto found = asked_.find(approval.id);
    if (found == asked_.end()) return {};
    const auto& [key, by, at] = found->second;
    auto asked =
        settlement::request_approval(found->first, core::action_of(key), core::content_of(key),
                                     to_string(by), at, core::kApprovalTime);
    if (!asked) return fail(asked.error());
    const auto approved =
        settlement::approve(*asked, approval.content, to_string(approval.by), time);
    if (!approved) return approved;
    in_force_.try_emplace(key.id, key.key);
    asked_.erase(found);
    return {};
}

void PaymentKeys::reject(const core::RejectRequest& rejection) {
    asked_.erase(rejection.id);
}

Result<void> PaymentKeys::revoke(const SigningKeyId& id) {
    if (in_force_.erase(id) == 0) return unknown_key(id);
    return {};
}

Result<PublicKey> PaymentKeys::get(const SigningKeyId& id) const {
    const auto found = in_force_.find(id);
    if (found == in_force_.end()) return unknown_key(id);
    return found->second;
}

Json PaymentKeys::asked_json(const ApprovalId& id, const Asked& asked) {
    return {{"request", to_string(id)},
            {"id", to_string(asked.key.id)},
            {"organisation", to_string(asked.key.organisation)},
            {"key", to_base64(as_chars(asked.key.key))},
            {"by", to_string(asked.by)},
            {"asked_at", to_string(asked.at)}};
}

void PaymentKeys::put_state(Json& out) const {
    Json asked = Json::array();
    for (const auto& [id, each] : asked_)
        asked.push_back(asked_json(id, each));
    out["payment_keys"] = keys_json(in_force_);
    out["payment_keys_asked"] = std::move(asked);
}

Result<void> PaymentKeys::restore(core::Fields& in) {
    // A state of before there were payment keys has none.
    if (!in.has("payment_keys")) return {};
    // One of before they took two persons may trust a key that nobody approved.
    if (!in.has("payment_keys_asked"))
        return fail("bad_state", "payment keys without the requests for them: verify anew");
    const auto in_force = read_keys<SigningKeyId>(in, "payment_keys");
    const auto read = [](const Json& item) -> Result<std::pair<ApprovalId, Asked>> {
        core::Fields each(item);
        const auto id = each.id<ApprovalId>("request");
        Asked asked;
        asked.key = {each.id<SigningKeyId>("id"), each.id<OrganisationId>("organisation"),
                     each.parsed("key", parse_public_key)};
        asked.by = each.id<UserId>("by");
        asked.at = each.time("asked_at");
        if (const auto finished = each.finish(); !finished) return fail(finished.error());
        return std::pair(id, asked);
    };
    for (const auto& [id, asked] : in.list("payment_keys_asked", read))
        asked_[id] = asked;
    if (!in_force) return fail(in_force.error());
    in_force_ = *in_force;
    return {};
}

}  // namespace suanpan::audit
