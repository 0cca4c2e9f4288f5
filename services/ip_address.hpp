#pragma once

// IP addresses as bytes: one of IPv4 is the same as it is mapped into IPv6 (RFC 4291 §2.5.5.2).

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace suanpan::services {

using AddressBytes = std::array<std::uint8_t, 16>;

inline constexpr int kAddressBits = 128;
inline constexpr int kBitsBeforeV4 = 96;
inline constexpr std::size_t kBytesBeforeV4 = kBitsBeforeV4 / 8;

// An address as inet_pton(3) takes it, and nothing else: "127.1" or "0x7f000001" is none.
std::optional<AddressBytes> parse_ip(std::string_view text);
// Of IPv4 in its own form.
std::string ip_text(const AddressBytes& address);
// Of IPv4 in the form of IPv6: "::ffff:1.1.1.1".
std::string ipv6_text(const AddressBytes& address);

// The first `bits` are alike.
bool is_alike(const AddressBytes& a, const AddressBytes& b, int bits);
// The last four bytes, as an address of IPv4.
AddressBytes map_last_bytes(const AddressBytes& address);

}  // namespace suanpan::services
