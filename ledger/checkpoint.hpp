#pragma once

// C2SP tlog-checkpoint: a log's signed size and root (ledger "Notes and checkpoints").

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "ledger/note.hpp"
#include "ledger/policy.hpp"

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
        std::string witness;  // its key's name
        Time time;
        VerifierKey key;
    };
    std::vector<VerifierKey> signers;       // the log's keys that signed, in the note's order
    std::vector<Cosignature> cosignatures;  // verified ones only, one a key
};

/// One of the log's keys must have signed (two, while it changes its key), every known key's
/// signature must hold, and the origin must be the name of a key that signed; lines by keys of
/// other logs count nothing. Errors: `bad_checkpoint`, those of parse_note and verify_note,
/// `foreign_origin` (only another log's key signed), `unsigned_note` (also when only witnesses
/// signed).
Result<SignedCheckpoint> open_checkpoint(std::string_view note, std::span<const VerifierKey> log,
                                         std::span<const VerifierKey> witnesses = {});
Result<SignedCheckpoint> open_checkpoint(std::string_view note, const VerifierKey& log,
                                         std::span<const VerifierKey> witnesses = {});
/// By one of the policy's logs; cosignatures are kept, not counted: see meets().
Result<SignedCheckpoint> open_checkpoint(std::string_view note, const Policy& policy);

/// Whether the cosignatures are a quorum. The checkpoint must have been opened with the policy's
/// witnesses. Error `too_few_witnesses`, which says who cosigned.
Result<void> meets(const SignedCheckpoint& checkpoint, const Policy& policy);

std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key);
/// By several keys of the log: the old and the new one. REQUIRES at least one.
std::string sign_checkpoint(const Checkpoint& checkpoint, std::span<const SigningKey* const> keys);

/// The note with these signature lines behind its own; lines that it has already are left out.
/// REQUIRES lines of sign_line, cosign_line or read_cosignatures. Error `bad_note`: the note is
/// none, or it would have more than kMaxNoteSignatures.
Result<std::string> add_signatures(std::string_view note, std::span<const std::string> lines);

}  // namespace suanpan::ledger
