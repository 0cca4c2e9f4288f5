#pragma once

// Where a webhook is sent: an address of the web, checked before it is stored and again, with every
// address that its name has, before each sending.

#include "base/result.hpp"
#include "services/webhooks/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::services {

inline constexpr std::size_t kMostUrlBytes = 2'000;

struct TargetRules {
    // Also addresses that are not public, names of this machine, any port, and http://.
    bool allow_private = false;
};

struct Target {
    bool tls = true;
    std::string host;  // a name in lower case, or an address; IPv6 without its brackets
    std::uint16_t port = 443;
    std::string path;  // with the query; "/" at least

    // The host's own address, when it is one.
    [[nodiscard]] std::optional<AddressBytes> address() const { return parse_ip(host); }
};

// RFC 3986, https, without user and fragment; port 443 or 1024 and above. Error `bad_url`, with
// what would be right.
Result<Target> parse_target(std::string_view url, const TargetRules& rules);

// Those to connect to, in their order; nothing when there is none, or when a single one of them is
// not public: a name that has both kinds is up to something.
std::vector<AddressBytes> allowed_addresses(const std::vector<AddressBytes>& resolved,
                                            const TargetRules& rules);

}  // namespace suanpan::services
