#include "services/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace suanpan::services {

bool is_alike(const AddressBytes& a, const AddressBytes& b, int bits) {
    for (int bit = 0; bit < bits; ++bit) {
        const auto byte = static_cast<std::size_t>(bit / 8);
        const auto mask = static_cast<std::uint8_t>(0x80U >> static_cast<unsigned>(bit % 8));
        if ((a[byte] & mask) != (b[byte] & mask)) return false;
    }
    return true;
}

AddressBytes map_last_bytes(const AddressBytes& address) {
    AddressBytes out{};
    out[10] = out[11] = 0xff;
    std::copy(address.begin() + kBytesBeforeV4, address.end(), out.begin() + kBytesBeforeV4);
    return out;
}

std::optional<AddressBytes> parse_ip(std::string_view text) {
    const std::string copy(text);
    AddressBytes out{};
    if (copy.find('\0') != std::string::npos) return std::nullopt;
    if (::inet_pton(AF_INET, copy.c_str(), out.data() + kBytesBeforeV4) == 1)
        return map_last_bytes(out);
    if (::inet_pton(AF_INET6, copy.c_str(), out.data()) == 1) return out;
    return std::nullopt;
}

std::string ip_text(const AddressBytes& address) {
    if (address != map_last_bytes(address)) return ipv6_text(address);
    std::array<char, INET_ADDRSTRLEN> out{};
    ::inet_ntop(AF_INET, address.data() + kBytesBeforeV4, out.data(), out.size());
    return out.data();
}

std::string ipv6_text(const AddressBytes& address) {
    std::array<char, INET6_ADDRSTRLEN> out{};
    ::inet_ntop(AF_INET6, address.data(), out.data(), out.size());
    return out.data();
}

}  // namespace suanpan::services
