#pragma once

// SHA-256 (FIPS 180-4) and Ed25519 (RFC 8032) through OpenSSL, deterministic parts only.
// Key making needs randomness and so lives outside the pure modules (see random.hpp).

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace suanpan {

Hash sha256(std::string_view bytes);
// Of the concatenation, without making it.
Hash sha256(std::initializer_list<std::string_view> parts);

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;
using Seed = std::array<std::uint8_t, 32>;  // RFC 8032 private key; secret

// Error `bad_key`: not 32 bytes, not a canonical point, or a point of small order.
Result<PublicKey> public_key_from(std::string_view raw);
// The same in base64; errors of from_base64() too.
Result<PublicKey> parse_public_key(std::string_view base64);

// False for a wrong signature or a signature that is not 64 bytes.
bool verify_ed25519(const PublicKey& key, std::string_view message, std::string_view signature);

// Holds a private key; never printed, wiped on destruction. Thread-safe once made.
class SigningKey {
 public:
    explicit SigningKey(const Seed& seed);
    ~SigningKey();
    SigningKey(SigningKey&&) noexcept;
    SigningKey& operator=(SigningKey&&) noexcept;
    SigningKey(const SigningKey&) = delete;
    SigningKey& operator=(const SigningKey&) = delete;

    [[nodiscard]] Signature sign(std::string_view message) const;
    [[nodiscard]] const PublicKey& public_key() const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Equal in a time that depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace suanpan
