#pragma once

// A write's signature as its header has it, and the envelope that goes into the log
// (core/signed_write.hpp has what is signed).

#include "base/ids.hpp"
#include "base/result.hpp"
#include "core/signing_key_rows.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace suanpan::services {

struct WriteSignature {
    SigningKeyId key;
    std::string bytes;  // 64
};
// "sgk_…:<base64>". Error `bad_signature_header`.
Result<WriteSignature> parse_write_signature(std::string_view header);

// What the signature is to stand for.
struct WriteToSign {
    std::string_view path;
    std::string_view once;
    std::string_view body;
};
// The envelope's canonical JSON. `key`: the one of that id, if `author` may see it. Errors, in
// order of precedence: `signed_too_long`, `unknown_key` (also for another organisation's),
// `revoked_key`, `bad_signature`.
Result<std::string> seal_write(const WriteToSign& write, const WriteSignature& signature,
                               const std::optional<core::SigningKeyRow>& key,
                               const OrganisationId& author);

}  // namespace suanpan::services
