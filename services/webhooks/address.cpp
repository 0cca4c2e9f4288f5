#include "services/webhooks/address.hpp"

#include <algorithm>
#include <cstdint>

namespace suanpan::services {

namespace {

struct Range {
    AddressBytes start;
    int bits;
};

// `groups`: as the text of an IPv6 address has them.
constexpr Range v6(const std::array<std::uint16_t, 8>& groups, int bits) {
    Range out{{}, bits};
    for (std::size_t i = 0; i < groups.size(); ++i) {
        out.start[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8U);
        out.start[2 * i + 1] = static_cast<std::uint8_t>(groups[i]);
    }
    return out;
}
constexpr Range v4(std::uint32_t address, int bits) {
    return v6({0, 0, 0, 0, 0, 0xffff, static_cast<std::uint16_t>(address >> 16U),
               static_cast<std::uint16_t>(address)},
              kBitsBeforeV4 + bits);
}
constexpr std::uint32_t v4_of(std::uint32_t a, std::uint32_t b, std::uint32_t c = 0) {
    return a << 24U | b << 16U | c << 8U;
}

constexpr Range kMapped = v6({0, 0, 0, 0, 0, 0xffff, 0, 0}, kBitsBeforeV4);
constexpr Range kNat64 = v6({0x64, 0xff9b, 0, 0, 0, 0, 0, 0}, 96);
constexpr Range kGlobalUnicast = v6({0x2000, 0, 0, 0, 0, 0, 0, 0}, 3);

constexpr std::array kSpecialV4 = std::to_array<Range>({
    v4(v4_of(0, 0), 8),           // this network
    v4(v4_of(10, 0), 8),          // private
    v4(v4_of(100, 64), 10),       // shared: carrier-grade NAT
    v4(v4_of(127, 0), 8),         // loopback
    v4(v4_of(169, 254), 16),      // link-local, and clouds' metadata
    v4(v4_of(172, 16), 12),       // private
    v4(v4_of(192, 0, 0), 24),     // protocol assignments
    v4(v4_of(192, 0, 2), 24),     // documentation
    v4(v4_of(192, 31, 196), 24),  // AS112
    v4(v4_of(192, 52, 193), 24),  // AMT
    v4(v4_of(192, 88, 99), 24),   // 6to4 relays
    v4(v4_of(192, 168), 16),      // private
    v4(v4_of(192, 175, 48), 24),  // AS112
    v4(v4_of(198, 18), 15),       // benchmarks
    v4(v4_of(198, 51, 100), 24),  // documentation
    v4(v4_of(203, 0, 113), 24),   // documentation
    v4(v4_of(224, 0), 4),         // multicast
    v4(v4_of(240, 0), 4),         // reserved, and broadcast
});

// Within what is handed out at all, 2000::/3.
constexpr std::array kSpecialV6 = std::to_array<Range>({
    v6({0x2001, 0, 0, 0, 0, 0, 0, 0}, 23),          // protocols: Teredo, ORCHID, …
    v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 0}, 32),      // documentation
    v6({0x2002, 0, 0, 0, 0, 0, 0, 0}, 16),          // 6to4
    v6({0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0}, 48),  // AS112
    v6({0x3fff, 0, 0, 0, 0, 0, 0, 0}, 20),          // documentation
});

}  // namespace

bool is_public_address(const AddressBytes& address) {
    const auto holds = [&address](const Range& range) {
        return is_alike(address, range.start, range.bits);
    };
    if (holds(kMapped)) return std::ranges::none_of(kSpecialV4, holds);
    if (holds(kNat64)) return is_public_address(map_last_bytes(address));
    return holds(kGlobalUnicast) && std::ranges::none_of(kSpecialV6, holds);
}

}  // namespace suanpan::services
