#pragma once

// A witness's key: a file of mode 0600 that holds one line,
// `PRIVATE+KEY+<name>+<8 hex digits>+<base64(0x04 ‖ seed)>`, the digits being the id of its
// verifier key.

#include "base/crypto.hpp"
#include "ledger/note.hpp"

#include <filesystem>
#include <string>

namespace suanpan::audit {

struct WitnessKey {
    ledger::VerifierKey verifier;
    SigningKey key;
};

/// A fresh key, written to `path`, which must not be there. Throws AuditError.
WitnessKey make_witness_key(const std::filesystem::path& path, const std::string& name);
/// Throws AuditError: not there, open to others than its owner, malformed.
WitnessKey load_witness_key(const std::filesystem::path& path);

}  // namespace suanpan::audit
