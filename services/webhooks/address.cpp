#include "services/webhooks/address.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace suanpan::services {

namespace {

constexpr std::size_t kV4At = 12;
constexpr int kV4Bits = 96;  // before an IPv4 address

struct Range {
    std::array<std::uint16_t, 8> groups;  // as the text of an IPv6 address has them
    int bits;
};

constexpr Range v4(std::uint32_t address, int bits) {
    return {{0, 0, 0, 0, 0, 0xffff, static_cast<std::uint16_t>(address >> 16U),
             static_cast<std::uint16_t>(address)},
            kV4Bits + bits};
}
constexpr std::uint32_t v4_of(std::uint32_t a, std::uint32_t b, std::uint32_t c = 0) {
    return a << 24U | b << 16U | c << 8U;
}

constexpr Range kMapped{{0, 0, 0, 0, 0, 0xffff, 0, 0}, kV4Bits};
constexpr Range kNat64{{0x64, 0xff9b, 0, 0, 0, 0, 0, 0}, 96};
constexpr Range kGlobalUnicast{{0x2000, 0, 0, 0, 0, 0, 0, 0}, 3};

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
    {{0x2001, 0, 0, 0, 0, 0, 0, 0}, 23},          // protocols: Teredo, ORCHID, …
    {{0x2001, 0xdb8, 0, 0, 0, 0, 0, 0}, 32},      // documentation
    {{0x2002, 0, 0, 0, 0, 0, 0, 0}, 16},          // 6to4
    {{0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0}, 48},  // AS112
    {{0x3fff, 0, 0, 0, 0, 0, 0, 0}, 20},          // documentation
});

bool is_within(const AddressBytes& address, const Range& range) {
    for (int bit = 0; bit < range.bits; ++bit) {
        const auto at = static_cast<unsigned>(bit);
        const unsigned own = address[at / 8] >> (7U - at % 8U) & 1U;
        const unsigned wanted = range.groups[at / 16] >> (15U - at % 16U) & 1U;
        if (own != wanted) return false;
    }
    return true;
}

AddressBytes mapped(const AddressBytes& address) {
    AddressBytes out{};
    out[10] = out[11] = 0xff;
    std::copy(address.begin() + kV4At, address.end(), out.begin() + kV4At);
    return out;
}

}  // namespace

std::optional<AddressBytes> parse_ip(std::string_view text) {
    const std::string copy(text);
    AddressBytes out{};
    if (copy.find('\0') != std::string::npos) return std::nullopt;
    if (::inet_pton(AF_INET, copy.c_str(), out.data() + kV4At) == 1) return mapped(out);
    if (::inet_pton(AF_INET6, copy.c_str(), out.data()) == 1) return out;
    return std::nullopt;
}

std::string ip_text(const AddressBytes& address) {
    std::array<char, INET6_ADDRSTRLEN> out{};
    if (is_within(address, kMapped))
        ::inet_ntop(AF_INET, address.data() + kV4At, out.data(), out.size());
    else
        ::inet_ntop(AF_INET6, address.data(), out.data(), out.size());
    return out.data();
}

bool is_public_address(const AddressBytes& address) {
    const auto holds = [&address](const Range& range) { return is_within(address, range); };
    if (holds(kMapped)) return std::ranges::none_of(kSpecialV4, holds);
    if (holds(kNat64)) return is_public_address(mapped(address));
    return holds(kGlobalUnicast) && std::ranges::none_of(kSpecialV6, holds);
}

}  // namespace suanpan::services
