#pragma once

// Randomness for what lies outside the pure modules: salts, fresh ids, keys, tokens. From OpenSSL's
// CSPRNG. The pure modules must not include this header (a style test checks it).

#include "base/crypto.hpp"
#include "base/ids.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace suanpan {

std::string random_bytes(std::size_t count);
Seed random_seed();

template <typename IdType>
IdType random_id(Time now) {
    const std::string bytes = random_bytes(10);
    std::array<std::uint8_t, 10> free_bits{};
    for (std::size_t i = 0; i < free_bits.size(); ++i)
        free_bits[i] = static_cast<std::uint8_t>(bytes[i]);
    IdType id;
    id.bytes = make_id_bytes(now, free_bits);
    return id;
}

}  // namespace suanpan
