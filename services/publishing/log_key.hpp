#pragma once

// The log's signing key in a file (ledger "Publishing", "Keys"): 64 hexadecimal digits of the
// Ed25519 seed, mode 0600.

#include "base/crypto.hpp"
#include "base/result.hpp"

#include <filesystem>

namespace suanpan::services {

/// Errors: `no_log_key`, `log_key_exposed` (others may read or write the file), `bad_log_key`.
Result<SigningKey> load_log_key(const std::filesystem::path& path);

/// Makes a fresh key there if no file is; never overwrites one. Then as load_log_key.
Result<SigningKey> load_or_make_log_key(const std::filesystem::path& path);

}  // namespace suanpan::services
