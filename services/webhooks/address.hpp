#pragma once

// Which addresses a webhook may be sent to. What others name must not make this server talk to what
// only it can reach: its own machine, its network, its cloud's metadata (CWE-918).

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace suanpan::services {

// Of IPv4 mapped as in RFC 4291 §2.5.5.2.
using AddressBytes = std::array<std::uint8_t, 16>;

// An address as inet_pton(3) takes it, and nothing else: "127.1" or "0x7f000001" is none.
std::optional<AddressBytes> parse_ip(std::string_view text);
// Of IPv4 in its own form.
std::string ip_text(const AddressBytes& address);

// On the public Internet, by IANA's registries of special-purpose addresses (RFC 6890 and its
// updates). An IPv4 address within an IPv6 one counts (mapped, RFC 4291; NAT64, RFC 6052); ways of
// tunnelling that hide one (6to4, Teredo) are refused whole.
bool is_public_address(const AddressBytes& address);

}  // namespace suanpan::services
