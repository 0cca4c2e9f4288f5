#pragma once

// Keys and names that the tests of notes share.

#include "ledger/note.hpp"

#include <cstdint>
#include <string>

namespace suanpan::ledger::keys {

inline constexpr std::string_view kOrigin = "market.example/log";

inline SigningKey signing(std::uint8_t n) {
    Seed seed{};
    seed.fill(n);
    return SigningKey(seed);
}

/// The log's key number n.
inline VerifierKey log(std::uint8_t n = 1, std::string_view origin = kOrigin) {
    return make_verifier_key(origin, KeyType::kEd25519, signing(n).public_key());
}

inline std::string witness_name(std::uint8_t n) {
    return "w" + std::to_string(n) + ".example";
}
inline VerifierKey witness(std::uint8_t n) {
    return make_verifier_key(witness_name(n), KeyType::kCosignatureV1, signing(n).public_key());
}

}  // namespace suanpan::ledger::keys
