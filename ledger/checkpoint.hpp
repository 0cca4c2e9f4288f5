#pragma once

// C2SP tlog-checkpoint: a log's signed size and root (ledger "Notes and checkpoints").

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "ledger/note.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::ledger {

inline constexpr std::size_t kMaxCheckpointBytes = 65'536;

/// Text form: origin LF, size LF, base64(root) LF, then extension lines (ours has none).
struct Checkpoint {
    std::string origin;  // the log's URL prefix without scheme; also its key's name
    std::uint64_t size = 0;
    Hash root{};
    std::string extensions;  // whole lines, kept as signed; they mean nothing to us

    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

std::string to_string(const Checkpoint& checkpoint);
/// Error `bad_checkpoint`.
Result<Checkpoint> parse_checkpoint(std::string_view text);

struct SignedCheckpoint {
    Checkpoint checkpoint;
    std::string note;  // as received
    struct Cosignature {
        std::string witness;
        Time time;
    };
    std::vector<Cosignature> cosignatures;  // verified ones only
};

/// The log must have signed, every known witness's signature must hold, and the origin must be the
/// log key's name. Errors: `bad_checkpoint`, those of parse_note and verify_note, `foreign_origin`,
/// `unsigned_note` (also when only witnesses signed).
Result<SignedCheckpoint> open_checkpoint(std::string_view note, const VerifierKey& log,
                                         std::span<const VerifierKey> witnesses = {});

std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key);

}  // namespace suanpan::ledger
