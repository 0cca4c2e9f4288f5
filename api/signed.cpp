#include "api/signed.hpp"

#include "db/queries/signing_keys.hpp"
#include "services/iam/signed_writes.hpp"

namespace suanpan::api {

Result<std::string> envelope_of(const Call& call) {
    const auto header = call.request.find_header(kSignatureHeader);
    if (!header) return std::string();
    const auto signature = services::parse_write_signature(*header);
    if (!signature) return fail(signature.error());
    const auto key = call.read("find_signing_key", [&signature](db::Tx& tx) {
        return db::find_signing_key(tx, signature->key);
    });
    return services::seal_write({call.request.path, call.idempotency_key, call.request.body},
                                *signature, key, call.caller.organisation);
}

Result<void> check_signable(const Write& write) {
    if (write.side.empty() && !write.free_text) return {};
    return fail("signed_free_text",
                "what is signed stays in the log for ever, and this request has text that must "
                "not: leave out client_order_id, metadata, names and references, or do not sign");
}

}  // namespace suanpan::api
