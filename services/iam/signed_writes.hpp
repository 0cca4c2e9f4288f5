#pragma once

// A write's signature as its header has it, and the envelope that goes into the log
// (core/signed_write.hpp has what is signed).

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "core/signing_key_rows.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace suanpan::services {

struct WriteSignature {
    SigningKeyId key;
    Time at;
    std::string bytes;  // 64
};
// "key=sgk_…;at=<time>;sig=<base64>". Error `bad_signature_header`.
Result<WriteSignature> parse_write_signature(std::string_view header);

// What the signature is to stand for, its time aside.
struct WriteToSign {
    std::string_view log;  // this server's
    OrganisationId author;
    std::string_view path;
    std::string_view once;
    std::string_view body;
};
// The envelope's canonical JSON. `key`: the one of that id, if the author may see it. Whether it is
// revoked, and the signature still good, is for the market to say, after the Idempotency-Key had
// its say. Errors, in order of precedence: `signed_too_long`, `unknown_key` (also for another
// organisation's), `bad_signature`.
Result<std::string> seal_write(const WriteToSign& write, const WriteSignature& signature,
                               const std::optional<core::SigningKeyRow>& key);

}  // namespace suanpan::services
