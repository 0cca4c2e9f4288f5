// Any bytes as a signed note and as a verifier key: refused with the parser's code, or text that
// prints back to exactly these bytes. No bytes may pass for signed by a key that never signed them.

#include "ledger/checkpoint.hpp"
#include "ledger/note.hpp"
#include "ledger/text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace suanpan;

void require(bool holds) {
    if (!holds) std::abort();
}

std::string printed(const ledger::Note& note) {
    std::string out = note.text + "\n";
    for (const auto& signature : note.signatures) {
        std::string bytes;
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes.push_back(static_cast<char>(signature.key_id >> shift & 0xFF));
        out += "\xE2\x80\x94 " + signature.name + " " + to_base64(bytes + signature.bytes) + "\n";
    }
    return out;
}

// A key that signs nothing, so whatever verifies under it is a forgery.
ledger::VerifierKey silent_key(ledger::KeyType type) {
    Seed seed{};
    seed.fill(42);
    return ledger::make_verifier_key("example.com/foo", type, SigningKey(seed).public_key());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::array kKeys = {silent_key(ledger::KeyType::kEd25519),
                                     silent_key(ledger::KeyType::kCosignatureV1)};
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto note = ledger::parse_note(text)) {
        require(printed(*note) == text);
        require(!ledger::verify_note(*note, kKeys));
    } else {
        require(note.error().code() == "bad_note");
    }
    if (const auto key = ledger::parse_verifier_key(text)) {
        require(ledger::to_string(*key) == text);
        require(ledger::is_key_name(key->name));
    } else {
        require(key.error().code() == "bad_verifier_key");
    }
    require(!ledger::open_checkpoint(text, kKeys[0]));
    return 0;
}
