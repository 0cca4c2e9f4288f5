#pragma once

// C2SP signed notes (ledger "Notes and checkpoints"): text, an empty line, signature lines.
// Formats are fixed by others' verifiers: never change them.

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::ledger {

inline constexpr std::size_t kMaxNoteBytes = 1'000'000;
inline constexpr std::size_t kMaxNoteSignatures = 100;

enum class KeyType : std::uint8_t {
    kEd25519 = 0x01,        // signs the note's text
    kCosignatureV1 = 0x04,  // a witness: signs the text and a time
};

/// Who may have signed. Text form: `<name>+<8 hex digits>+<base64(type ‖ key)>`.
struct VerifierKey {
    std::string name;
    std::uint32_t id = 0;  // first 4 bytes of SHA-256(name ‖ LF ‖ type ‖ key), big-endian
    KeyType type = KeyType::kEd25519;
    PublicKey key{};

    friend bool operator==(const VerifierKey&, const VerifierKey&) = default;
};

/// REQUIRES a valid key name (ledger/text.hpp, is_key_name).
VerifierKey make_verifier_key(std::string_view name, KeyType type, const PublicKey& key);
/// Error `bad_verifier_key`: the form, an unknown type, or an id that is not the key's.
Result<VerifierKey> parse_verifier_key(std::string_view text);
std::string to_string(const VerifierKey& key);

struct NoteSignature {
    std::string name;
    std::uint32_t key_id = 0;
    std::string bytes;  // what follows the key id
};

struct Note {
    std::string text;  // ends in LF; the signed bytes
    std::vector<NoteSignature> signatures;
};

/// Splits, without checking any signature. Error `bad_note`.
Result<Note> parse_note(std::string_view bytes);

struct VerifiedSignature {
    std::size_t key = 0;       // index into the keys that were given
    std::optional<Time> time;  // of a cosignature
};

/// Checks every signature by one of `keys`; others' are ignored. One result a key, in the order
/// of the note. Errors: `bad_signature` (a known key's signature is wrong), `unsigned_note` (none
/// of the keys signed).
Result<std::vector<VerifiedSignature>> verify_note(const Note& note,
                                                   std::span<const VerifierKey> keys);

/// The signature line, LF included. REQUIRES a valid key name and text that ends in LF.
std::string sign_line(std::string_view text, std::string_view name, const SigningKey& key);
/// A witness's line at `time` (cosignature/v1). REQUIRES time ≥ 0.
std::string cosign_line(std::string_view text, std::string_view name, const SigningKey& key,
                        Time time);
/// text ‖ LF ‖ line: a whole note with one signature.
std::string sign_note(std::string_view text, std::string_view name, const SigningKey& key);

}  // namespace suanpan::ledger
