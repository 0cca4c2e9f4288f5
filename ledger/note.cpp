#include "ledger/note.hpp"

#include "base/check.hpp"
#include "ledger/text.hpp"

#include <algorithm>

namespace suanpan::ledger {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a space

std::string big_endian(std::uint64_t value, unsigned bytes) {
    std::string out;
    for (unsigned i = bytes; i > 0; --i)
        out.push_back(static_cast<char>(value >> (8 * (i - 1)) & 0xFF));
    return out;
}

std::uint64_t from_big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes)
        value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
}

std::string typed_key(KeyType type, const PublicKey& key) {
    std::string out(1, static_cast<char>(type));
    out += as_chars(key);
    return out;
}

std::string cosigned_message(std::string_view text, std::uint64_t time) {
    std::string out = "cosignature/v1\ntime " + std::to_string(time) + "\n";
    out += text;
    return out;
}

std::string line_of(const VerifierKey& key, std::string_view signature) {
    std::string bytes = big_endian(key.id, 4);
    bytes += signature;
    return std::string(kDash) + key.name + " " + to_base64(bytes) + "\n";
}

tl::unexpected<Error> bad_note(std::string detail) {
    return fail("bad_note", std::move(detail));
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
    if (!line.starts_with(kDash)) return bad_note("a signature line begins with a dash (U+2014)");
    line.remove_prefix(kDash.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || !is_key_name(line.substr(0, space)))
        return bad_note("a signature line has no valid key name");
    const auto bytes = from_base64(line.substr(space + 1));
    if (!bytes || bytes->size() < 5)
        return bad_note("a signature is not base64 of 5 bytes or more");
    return NoteSignature{std::string(line.substr(0, space)),
                         static_cast<std::uint32_t>(from_big_endian(bytes->substr(0, 4))),
                         bytes->substr(4)};
}

// Empty when the signature does not hold.
std::optional<VerifiedSignature> check_signature(const Note& note, const NoteSignature& signature,
                                                 const VerifierKey& key) {
    if (key.type == KeyType::kEd25519) {
        if (!verify_ed25519(key.key, note.text, signature.bytes)) return std::nullopt;
        return VerifiedSignature{};
    }
    if (signature.bytes.size() != 8 + Signature{}.size()) return std::nullopt;
    const std::string_view bytes = signature.bytes;
    const std::uint64_t time = from_big_endian(bytes.substr(0, 8));
    if (time > 0x7FFF'FFFF'FFFF'FFFF) return std::nullopt;
    if (!verify_ed25519(key.key, cosigned_message(note.text, time), bytes.substr(8)))
        return std::nullopt;
    return VerifiedSignature{0, Time(static_cast<std::int64_t>(time))};
}

}  // namespace

VerifierKey make_verifier_key(std::string_view name, KeyType type, const PublicKey& key) {
    CHECK(is_key_name(name));
    const Hash hash = sha256({name, "\n", typed_key(type, key)});
    VerifierKey out;
    out.name = name;
    out.id = static_cast<std::uint32_t>(from_big_endian(as_chars(hash).substr(0, 4)));
    out.type = type;
    out.key = key;
    return out;
}

Result<VerifierKey> parse_verifier_key(std::string_view text) {
    const auto bad = [](std::string detail) {
        return fail("bad_verifier_key",
                    "a verifier key is <name>+<8 hex digits>+<base64>: " + std::move(detail));
    };
    if (text.size() > 1024) return bad("it is longer than 1,024 bytes");
    // base64 may hold '+', names may not: only the first two divide.
    const std::size_t first = text.find('+');
    if (first == std::string_view::npos) return bad("it has no '+'");
    const std::size_t second = text.find('+', first + 1);
    if (second == std::string_view::npos) return bad("it has only one '+'");
    const std::string_view name = text.substr(0, first);
    if (!is_key_name(name)) return bad("the name is empty or holds spaces");
    const auto id = from_hex(text.substr(first + 1, second - first - 1));
    if (!id || id->size() != 4) return bad("the middle is not 8 hexadecimal digits");
    const auto bytes = from_base64(text.substr(second + 1));
    if (!bytes || bytes->empty()) return bad("the end is not base64");
    const auto type = static_cast<KeyType>(bytes->front());
    if (type != KeyType::kEd25519 && type != KeyType::kCosignatureV1)
        return bad("only the types 1 (Ed25519) and 4 (cosignature/v1) are known");
    const auto key = public_key_from(bytes->substr(1));
    if (!key) return bad("the key has not 32 bytes");
    VerifierKey out = make_verifier_key(name, type, *key);
    if (out.id != from_big_endian(*id)) return bad("the digits are not those of this name and key");
    return out;
}

std::string to_string(const VerifierKey& key) {
    return key.name + "+" + to_hex(big_endian(key.id, 4)) + "+" +
           to_base64(typed_key(key.type, key.key));
}

Result<Note> parse_note(std::string_view bytes) {
    if (bytes.size() > kMaxNoteBytes) return bad_note("a note has at most 1,000,000 bytes");
    const auto forbidden = [](char c) { return static_cast<std::uint8_t>(c) < 0x20 && c != '\n'; };
    if (std::ranges::any_of(bytes, forbidden)) return bad_note("it holds a control character");
    if (!is_valid_utf8(bytes)) return bad_note("it is not valid UTF-8");
    const std::size_t split = bytes.rfind("\n\n");
    if (split == std::string_view::npos) return bad_note("no empty line before the signatures");
    Note note;
    note.text = bytes.substr(0, split + 1);
    std::string_view rest = bytes.substr(split + 2);
    if (rest.empty()) return bad_note("it has no signature line");
    while (!rest.empty()) {
        const auto line = take_line(rest);
        if (!line) return bad_note("the last line does not end");
        if (note.signatures.size() == kMaxNoteSignatures)
            return bad_note("a note has at most 100 signatures");
        auto signature = parse_signature_line(*line);
        if (!signature) return fail(signature.error());
        note.signatures.push_back(std::move(*signature));
    }
    return note;
}

Result<std::vector<VerifiedSignature>> verify_note(const Note& note,
                                                   std::span<const VerifierKey> keys) {
    std::vector<VerifiedSignature> out;
    for (const NoteSignature& signature : note.signatures) {
        const auto key = std::ranges::find_if(keys, [&](const VerifierKey& k) {
            return k.name == signature.name && k.id == signature.key_id;
        });
        if (key == keys.end()) continue;
        auto verified = check_signature(note, signature, *key);
        if (!verified) {
            return fail("bad_signature", "the signature by " + key->name +
                                             " is not that key's signature of this text");
        }
        verified->key = static_cast<std::size_t>(key - keys.begin());
        const auto same = [&](const VerifiedSignature& v) { return v.key == verified->key; };
        if (std::ranges::none_of(out, same)) out.push_back(*verified);
    }
    if (out.empty()) return fail("unsigned_note", "none of the given keys signed this text");
    return out;
}

std::string sign_line(std::string_view text, std::string_view name, const SigningKey& key) {
    CHECK(text.ends_with('\n'));
    const Signature signature = key.sign(text);
    return line_of(make_verifier_key(name, KeyType::kEd25519, key.public_key()),
                   as_chars(signature));
}

std::string cosign_line(std::string_view text, std::string_view name, const SigningKey& key,
                        Time time) {
    CHECK(text.ends_with('\n') && time.value >= 0);
    const auto seconds = static_cast<std::uint64_t>(time.value);
    const Signature signature = key.sign(cosigned_message(text, seconds));
    std::string bytes = big_endian(seconds, 8);
    bytes += as_chars(signature);
    return line_of(make_verifier_key(name, KeyType::kCosignatureV1, key.public_key()), bytes);
}

std::string sign_note(std::string_view text, std::string_view name, const SigningKey& key) {
    std::string out(text);
    out += '\n';
    out += sign_line(text, name, key);
    return out;
}

}  // namespace suanpan::ledger
