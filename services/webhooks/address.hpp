#pragma once

// Which addresses a webhook may be sent to. What others name must not make this server talk to what
// only it can reach: its own machine, its network, its cloud's metadata (CWE-918).

#include "services/ip_address.hpp"

namespace suanpan::services {

// On the public Internet, by IANA's registries of special-purpose addresses (RFC 6890 and its
// updates). An IPv4 address within an IPv6 one counts (mapped, RFC 4291; NAT64, RFC 6052); ways of
// tunnelling that hide one (6to4, Teredo) are refused whole.
bool is_public_address(const AddressBytes& address);

}  // namespace suanpan::services
