#include "api/signed.hpp"

#include "core/signed_command.hpp"
#include "db/queries/signing_keys.hpp"
#include "services/iam/signed_writes.hpp"

namespace suanpan::api {

namespace {

// The name of the log's key, which holds no plus sign.
std::string_view origin_of(std::string_view log_key) {
    return log_key.substr(0, log_key.find('+'));
}

}  // namespace

Result<void> check_takes_signature(const Call& call) {
    if (!call.request.find_header(kSignatureHeader) || core::is_signable_path(call.request.path))
        return {};
    return fail("signature_not_taken",
                "nothing of this call says in the log what its author signed: send it without a "
                "DSSE-Signature");
}

Result<std::string> envelope_of(const Call& call) {
    const auto header = call.request.find_header(kSignatureHeader);
    if (!header) return std::string();
    const auto signature = services::parse_write_signature(*header);
    if (!signature) return fail(signature.error());
    const auto key = call.read("find_signing_key", [&signature](db::Tx& tx) {
        return db::find_signing_key(tx, signature->key);
    });
    return services::seal_write({origin_of(call.context.log_key), call.caller.organisation,
                                 call.request.path, call.idempotency_key, call.request.body},
                                *signature, key);
}

Result<void> check_signable(const Write& write) {
    if (write.side.empty() && !write.free_text) return {};
    return fail("signed_free_text",
                "what is signed stays in the log for ever, and this request has text that must "
                "not: leave out client_order_id, metadata, names and references, or do not sign");
}

Result<void> check_signed(const core::Command& command) {
    if (command.signature.empty()) return {};
    const auto write = core::read_signed_write(command.signature);
    return write ? core::check_signed_command(command, *write) : fail(write.error());
}

}  // namespace suanpan::api
