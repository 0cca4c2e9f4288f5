#include "core/cash_bodies.hpp"

#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/dsse.hpp"
#include "core/bodies.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace suanpan::core {
namespace {

Result<Hash> parse_hash(std::string_view text) {
    const auto raw = from_hex(text);
    Hash out{};
    if (!raw || raw->size() != out.size()) return fail("bad_hex", "64 digits are needed");
    std::ranges::transform(*raw, out.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    return out;
}

CommandBody read_request(Fields& in) {
    RequestCash out;
    CashMove& move = out.move;
    move.organisation = in.id<OrganisationId>("organisation");
    move.currency = in.text("currency");
    move.amount = in.parsed("amount", parse_money);
    move.reference_hash = in.text("reference_hash");
    if (in.has("reverses")) {
        move.reverses =
            Reversal{in.id<JournalId>("reverses"), in.parsed("reason", parse_reversal_reason)};
    }
    out.by = in.id<UserId>("by");
    return out;
}

CommandBody read_payment(Fields& in) {
    TakePayment out;
    out.envelope = canonical_json(in.member("envelope"));
    const auto envelope = parse_envelope(out.envelope);
    if (!envelope || envelope->payload_type != settlement::kPaymentPayloadType) {
        in.fault("envelope", "is no signed payment");
        return out;
    }
    auto notice = settlement::parse_payment(envelope->payload);
    if (notice) {
        out.notice = std::move(*notice);
    } else {
        in.fault("envelope", notice.error().detail());
    }
    return out;
}

}  // namespace

Json write(const RegisterUser& body) {
    Json out{{"id", to_string(body.id)},
             {"organisation", to_string(body.organisation)},
             {"what", "register_user"}};
    if (!body.by.is_nil()) out["by"] = to_string(body.by);
    return out;
}
Json write(const RemoveUser& body) {
    return {{"id", to_string(body.id)}, {"what", "remove_user"}};
}

Json write(const RegisterPaymentKey& body) {
    Json out{{"id", to_string(body.id)},
             {"organisation", to_string(body.organisation)},
             {"public_key", to_base64(as_chars(body.key))},
             {"what", "register_payment_key"}};
    if (!body.by.is_nil()) out["by"] = to_string(body.by);
    return out;
}
Json write(const RevokePaymentKey& body) {
    return {{"id", to_string(body.id)}, {"what", "revoke_payment_key"}};
}

Json write(const RequestCash& body) {
    const CashMove& move = body.move;
    Json out{{"organisation", to_string(move.organisation)},
             {"currency", move.currency},
             {"amount", to_string(move.amount)},
             {"reference_hash", move.reference_hash},
             {"by", to_string(body.by)},
             {"what", "request"}};
    if (move.reverses) {
        out["reverses"] = to_string(move.reverses->original);
        out["reason"] = std::string(to_string(move.reverses->reason));
    }
    return out;
}
Json write(const ApproveCash& body) {
    return {{"id", to_string(body.id)},
            {"content", to_hex(as_chars(body.content))},
            {"by", to_string(body.by)},
            {"what", "approve"}};
}
Json write(const RejectCash& body) {
    return {{"id", to_string(body.id)}, {"by", to_string(body.by)}, {"what", "reject"}};
}
Json write(const TakePayment& body) {
    return {{"envelope", Json::parse(body.envelope)}, {"what", "payment"}};
}
Json write(const MoveBond& body) {
    return {{"organisation", to_string(body.organisation)},
            {"currency", body.currency},
            {"amount", to_string(body.amount)},
            {"what", "bond"}};
}

Json write(const ClosePeriod& body) {
    Json out{{"period", settlement::to_string(body.month)}};
    if (!body.by.is_nil()) out["by"] = to_string(body.by);
    return out;
}

Json write(const ApproveRequest& body) {
    return {{"id", to_string(body.id)},
            {"content", to_hex(as_chars(body.content))},
            {"by", to_string(body.by)},
            {"what", "approve_request"}};
}
Json write(const RejectRequest& body) {
    return {{"id", to_string(body.id)}, {"by", to_string(body.by)}, {"what", "reject_request"}};
}

CommandBody read_user(std::string_view what, Fields& in) {
    if (what == "remove_user") return RemoveUser{in.id<UserId>("id")};
    RegisterUser out{in.id<UserId>("id"), in.id<OrganisationId>("organisation"), {}};
    if (in.has("by")) out.by = in.id<UserId>("by");
    return out;
}

CommandBody read_payment_key(std::string_view what, Fields& in) {
    if (what == "revoke_payment_key") return RevokePaymentKey{in.id<SigningKeyId>("id")};
    RegisterPaymentKey out{in.id<SigningKeyId>("id"), in.id<OrganisationId>("organisation"),
                           in.parsed("public_key", parse_public_key)};
    if (in.has("by")) out.by = in.id<UserId>("by");
    return out;
}

CommandBody read_close_period(Fields& in) {
    ClosePeriod out{in.parsed("period", settlement::parse_month)};
    if (in.has("by")) out.by = in.id<UserId>("by");
    return out;
}

CommandBody read_approve_request(Fields& in) {
    return ApproveRequest{in.id<ApprovalId>("id"), in.parsed("content", parse_hash),
                          in.id<UserId>("by")};
}

CommandBody read_reject_request(Fields& in) {
    return RejectRequest{in.id<ApprovalId>("id"), in.id<UserId>("by")};
}

CommandBody read_transfer(Fields& in) {
    const std::string what = in.text("what");
    if (what == "request") return read_request(in);
    if (what == "approve") {
        return ApproveCash{in.id<ApprovalId>("id"), in.parsed("content", parse_hash),
                           in.id<UserId>("by")};
    }
    if (what == "reject") return RejectCash{in.id<ApprovalId>("id"), in.id<UserId>("by")};
    if (what == "payment") return read_payment(in);
    if (what != "bond") in.fault("what", "is not known here");
    return MoveBond{in.id<OrganisationId>("organisation"), in.text("currency"),
                    in.parsed("amount", parse_money)};
}

}  // namespace suanpan::core
