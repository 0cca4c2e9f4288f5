#include "api/problem.hpp"

#include "base/json.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <string>

namespace suanpan::api {

namespace {

struct CodeStatus {
    std::string_view code;
    int status;
};

// Everything that is not "the request is well-formed, but a rule of the market refuses it" (422).
constexpr std::array kStatuses = std::to_array<CodeStatus>({
    // The request cannot be read.
    {"bad_request", 400},
    {"bad_json", 400},
    {"duplicate_key", 400},
    {"bad_character", 400},
    {"json_too_deep", 400},
    {"bad_number", 400},
    {"bad_target", 400},
    {"idempotency_key_required", 400},
    {"bad_idempotency_key", 400},
    {"bad_signature_header", 400},
    // Who asks.
    {"unauthorized", 401},
    {"forbidden", 403},
    // What is asked for.
    {"not_found", 404},
    {"order_not_found", 404},
    {"lease_not_found", 404},
    {"call_not_found", 404},
    {"agreement_not_found", 404},
    {"dispute_not_found", 404},
    {"project_not_found", 404},
    {"window_not_found", 404},
    {"unknown_programme", 404},
    {"unknown_grant", 404},
    {"unknown_approval", 404},
    {"unknown_user", 404},
    {"unknown_payment_key", 404},
    {"unknown_block", 404},
    {"method_not_allowed", 405},
    {"not_acceptable", 406},
    {"request_timeout", 408},
    {"body_too_large", 413},
    {"batch_too_large", 413},
    {"envelope_too_large", 413},
    {"entry_too_large", 413},
    {"signed_too_long", 413},
    {"unsupported_media_type", 415},
    {"upgrade_required", 426},
    {"headers_too_large", 431},
    // Who may do it, as the market core sees it.
    {"not_allowed", 403},
    {"role_missing", 403},
    {"not_impartial", 403},
    {"not_independent", 403},
    {"not_an_owner", 403},
    {"person_needed", 403},
    {"signature_required", 403},
    {"unknown_person", 403},
    {"user_removed", 403},
    {"same_person", 403},
    {"organisation_suspended", 403},
    {"limit_rate", 429},
    {"too_many_requests", 429},
    {"too_many_streams", 429},
    // The state of the thing does not allow it.
    {"order_closed", 409},
    {"api_key_ended", 409},
    {"market_halted", 409},
    {"not_halted", 409},
    {"not_suspended", 409},
    {"call_exists", 409},
    {"agreement_exists", 409},
    {"agreement_ended", 409},
    {"dispute_exists", 409},
    {"dispute_closed", 409},
    {"dispute_too_late", 409},
    {"nothing_held", 409},
    {"not_claimed", 409},
    {"key_exists", 409},
    {"public_key_used", 409},
    {"too_many_keys", 409},
    {"project_exists", 409},
    {"project_name_used", 409},
    {"project_closed", 409},
    {"programme_exists", 409},
    {"grant_exists", 409},
    {"grant_revoked", 409},
    {"grant_expired", 409},
    {"grant_reserved", 409},
    {"grant_exhausted", 409},
    {"programme_over", 409},
    {"owner_has_voucher", 409},
    {"no_title_proposed", 409},
    {"too_many_titles", 409},
    {"programme_not_over", 409},
    {"nothing_to_return", 409},
    {"budget_exhausted", 409},
    {"no_index", 409},
    {"approval_closed", 409},
    {"already_requested", 409},
    {"period_closed", 409},
    {"period_not_next", 409},
    {"period_not_over", 409},
    {"period_open", 409},
    {"windows_not_final", 409},
    {"windows_not_settled", 409},
    {"approval_expired", 409},
    {"approval_differs", 409},
    {"last_persons", 409},
    {"already_reversed", 409},
    {"payment_exists", 409},
    {"payment_key_revoked", 409},
    {"no_call", 409},
    {"no_reference", 409},
    {"wrong_lease_state", 409},
    {"lease_not_active", 409},
    {"model_exists", 409},
    {"organisation_exists", 409},
    {"operator_exists", 409},
    {"client_order_id_used", 409},
    {"idempotency_key_expired", 409},
    {"clock_backwards", 409},
    {"not_sandbox", 409},
    {"range_not_next", 409},
    {"run_open", 409},
    {"no_schedule", 409},
    {"too_many_webhooks", 409},
    {"webhook_disabled", 409},
    {"delivery_pending", 409},
    // Ours.
    {"internal", 500},
    {"overloaded", 503},
    {"stopping", 503},
    {"not_leader", 503},
    {"unavailable", 503},
    {"commit_failed", 503},
    {"database_unavailable", 503},
    {"too_many_connections", 503},
});

}  // namespace

int status_of(std::string_view code) {
    for (const CodeStatus& row : kStatuses) {
        if (row.code == code) return row.status;
    }
    return 422;
}

std::string_view content_type_of(int status) {
    return status >= 400 ? "application/problem+json" : "application/json";
}

Response problem(const Error& error, std::string_view instance) {
    Response response;
    response.status = status_of(error.code());
    response.content_type = content_type_of(response.status);
    Json body{{"type", "urn:suanpan:problem:" + error.code()},
              {"title", reason_phrase(response.status)},
              {"status", response.status},
              {"detail", error.detail()},
              {"instance", instance},
              {"code", error.code()}};
    if (!error.faults().empty()) {
        Json faults = Json::array();
        for (const Fault& fault : error.faults()) {
            faults.push_back(
                {{"pointer", fault.pointer}, {"code", fault.code}, {"detail", fault.detail}});
        }
        body["errors"] = std::move(faults);
    }
    response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (response.status == 429 || response.status == 503)
        response.headers.emplace_back("Retry-After", "1");
    if (response.status == 401)
        response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"suanpan\"");
    return response;
}

}  // namespace suanpan::api
