#pragma once

// How a log changes its key, and how a lost log is followed by another (ledger "Publishing").
//
// Both are statements: signed notes whose keys' name is the log's origin, so that any software for
// signed notes checks them. No first line of theirs can be an origin and no second line a size, so
// a statement is never a checkpoint and a checkpoint never a statement.
//
// Rotation, signed by the old key and by the new one:
//
//     suanpan log rotation v1
//     old <vkey>
//     new <vkey>                     the same name, another key
//     time <RFC 3339, UTC>
//
// It becomes an entry of the log. From then on, for as long as the operator announced, checkpoints
// are signed by both keys: who knows either is served. Whoever holds the old key alone finds the
// entry in the log that it signs, and from it the new key.
//
// Succession, signed by the new log's key and, unless it is lost, by the old log's:
//
//     suanpan log succession v1
//     old <vkey>                     of the log that is lost
//     new <vkey>                     of this log; another name
//     size <n>                       of the old log's last checkpoint
//     root <base64>
//     time <RFC 3339, UTC>
//
// It is the new log's first entry, together with that checkpoint as the old log signed it. The old
// log must never sign again; a checkpoint of it beyond this size is evidence.
//
// The entries are of kind `key`, in canonical JSON whose first member tells them from the market's:
//
//     {"about":"log","kind":"key","salt":…,"statement":<note>,"time":…,"v":1}
//     {"about":"log","checkpoint":<note>,"kind":"key","salt":…,"statement":<note>,"time":…,"v":1}

#include "base/crypto.hpp"
#include "base/result.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/entry.hpp"
#include "ledger/note.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace suanpan::ledger {

struct Rotation {
    VerifierKey from;
    VerifierKey to;
    Time time;

    friend bool operator==(const Rotation&, const Rotation&) = default;
};

/// The statement. REQUIRES Ed25519 keys of one name, not equal, and the signing keys to be theirs.
std::string sign_rotation(const Rotation& rotation, const SigningKey& from, const SigningKey& to);
/// Both signatures hold. That `from` is the log's key is the caller's to know: see follow().
/// Errors: `bad_statement`, those of parse_note and verify_note.
Result<Rotation> open_rotation(std::string_view note);
/// The key that is the log's after `rotation`, when it was `trusted`. Error `foreign_rotation`.
Result<VerifierKey> follow(const VerifierKey& trusted, const Rotation& rotation);

struct Succession {
    VerifierKey from;  // the old log's
    VerifierKey to;    // this log's
    std::uint64_t size = 0;
    Hash root{};
    Time time;

    friend bool operator==(const Succession&, const Succession&) = default;
};

/// The statement; `from` may be missing: a lost key. REQUIRES Ed25519 keys of two names.
std::string sign_succession(const Succession& succession, const SigningKey* from,
                            const SigningKey& to);
struct OpenedSuccession {
    Succession succession;
    SignedCheckpoint last;          // of the old log, by its key
    bool is_signed_by_old = false;  // else only the new log's word stands for the statement
};
/// The new log's signature holds, the old one's too when there is one, and `last` is the old log's
/// checkpoint of the size and root that the statement names. Errors: `bad_statement`, those of
/// parse_note, verify_note and open_checkpoint.
Result<OpenedSuccession> open_succession(std::string_view note, std::string_view last);

/// The entries' bytes. `salt` is 32 hex digits. REQUIRES notes of sign_rotation, sign_succession.
std::string rotation_entry(std::string_view note, Time time, std::string_view salt);
std::string succession_entry(std::string_view note, std::string_view last, Time time,
                             std::string_view salt);

/// Whether an entry is one of these rather than the market's. Looks at the first bytes only: an
/// entry that is malformed further on is still refused by read_log_statement.
bool is_log_statement(std::string_view entry);
/// Errors: those of parse_entry, `bad_statement`, those of open_rotation and open_succession.
Result<std::variant<Rotation, OpenedSuccession>> read_log_statement(std::string_view entry);

}  // namespace suanpan::ledger
