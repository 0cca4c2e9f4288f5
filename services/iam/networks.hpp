#pragma once

// Networks from which a key may be used, as RFC 4632 and RFC 4291 write them: "10.1.0.0/16",
// "2001:db8::/32"; an address alone is a network of one.

#include "base/result.hpp"
#include "services/ip_address.hpp"

#include <string>
#include <string_view>

namespace suanpan::services {

class Network {
 public:
    // Errors: `bad_network`; bits beyond the prefix are a fault too, since they would not count.
    static Result<Network> parse(std::string_view text);

    // An IPv4 address counts the same when it comes mapped into IPv6. False for no address.
    [[nodiscard]] bool contains(std::string_view address) const;
    // All of the other's addresses.
    [[nodiscard]] bool contains(const Network& other) const;
    [[nodiscard]] std::string text() const;

 private:
    AddressBytes bytes_{};
    int prefix_ = 0;  // of the 128 bits
    bool is_v4_ = false;
};

}  // namespace suanpan::services
