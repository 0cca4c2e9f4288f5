#pragma once

// The log's signing key in a file (ledger "Publishing", "Keys"): 64 hexadecimal digits of the
// Ed25519 seed, mode 0600.

#include "base/crypto.hpp"
#include "base/result.hpp"
#include "ledger/note.hpp"
#include "services/publishing/log_records.hpp"

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace suanpan::services {

/// Errors: `no_log_key`, `log_key_exposed` (others may read or write the file), `bad_log_key`.
Result<SigningKey> load_log_key(const std::filesystem::path& path);

/// Makes a fresh key there if no file is; never overwrites one. Then as load_log_key.
Result<SigningKey> load_or_make_log_key(const std::filesystem::path& path);

/// A log's keys: the one that signs, and, while the log changes its key, the one before, which
/// signs too. Secrets: never printed.
struct LogKeys {
    SigningKey current;
    std::optional<SigningKey> former;

    /// Today's first.
    [[nodiscard]] std::vector<const SigningKey*> signers() const;
    [[nodiscard]] std::vector<ledger::VerifierKey> verifiers(std::string_view origin) const;
};
/// From `log.key`, and `log.key.former` when there is one. Errors: as load_log_key.
Result<LogKeys> load_log_keys(const LogFiles& files);

}  // namespace suanpan::services
