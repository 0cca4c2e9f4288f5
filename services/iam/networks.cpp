#include "services/iam/networks.hpp"

#include "base/decimal.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace suanpan::services {

namespace {

constexpr int kBits = 128;
constexpr int kMappedBits = 96;  // before an IPv4 address
constexpr std::size_t kMapped = 12;

struct Address {
    std::array<std::uint8_t, 16> bytes{};
    bool is_v4 = false;
};

bool is_mapped(const std::array<std::uint8_t, 16>& bytes) {
    return std::all_of(bytes.begin(), bytes.begin() + 10, [](auto byte) { return byte == 0; }) &&
           bytes[10] == 0xff && bytes[11] == 0xff;
}

std::optional<Address> parse_address(std::string_view text) {
    const std::string copy(text);
    Address out;
    if (::inet_pton(AF_INET, copy.c_str(), out.bytes.data() + kMapped) == 1) {
        out.bytes[10] = out.bytes[11] = 0xff;
        out.is_v4 = true;
        return out;
    }
    if (::inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) != 1) return std::nullopt;
    out.is_v4 = is_mapped(out.bytes);
    return out;
}

// The first `count` bits are alike.
bool is_alike(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b,
              int count) {
    for (int bit = 0; bit < count; ++bit) {
        const auto byte = static_cast<std::size_t>(bit / 8);
        const auto mask = static_cast<std::uint8_t>(0x80U >> static_cast<unsigned>(bit % 8));
        if ((a[byte] & mask) != (b[byte] & mask)) return false;
    }
    return true;
}

tl::unexpected<Error> bad(std::string_view text) {
    return fail("bad_network", "'" + std::string(text.substr(0, 60)) +
                                   "' is no network: write it as 10.1.0.0/16 or 2001:db8::/32, "
                                   "with nothing set beyond the prefix");
}

}  // namespace

Result<Network> Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return bad(text);
    const bool mapped = address->is_v4 && text.find(':') == std::string_view::npos;
    Network out;
    out.bytes_ = address->bytes;
    out.is_v4_ = mapped;
    out.prefix_ = kBits;
    if (slash != std::string_view::npos) {
        const auto length = parse_integer(text.substr(slash + 1));
        const std::int64_t most = mapped ? kBits - kMappedBits : kBits;
        if (!length || *length < 0 || *length > most) return bad(text);
        out.prefix_ = static_cast<int>(*length) + (mapped ? kMappedBits : 0);
    }
    for (int bit = out.prefix_; bit < kBits; ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80U >> static_cast<unsigned>(bit % 8));
        if ((out.bytes_[static_cast<std::size_t>(bit / 8)] & mask) != 0) return bad(text);
    }
    return out;
}

bool Network::contains(std::string_view address) const {
    const auto parsed = parse_address(address);
    return parsed && is_alike(bytes_, parsed->bytes, prefix_);
}

bool Network::contains(const Network& other) const {
    return prefix_ <= other.prefix_ && is_alike(bytes_, other.bytes_, prefix_);
}

std::string Network::text() const {
    std::array<char, INET6_ADDRSTRLEN> out{};
    if (is_v4_) {
        ::inet_ntop(AF_INET, bytes_.data() + kMapped, out.data(), out.size());
        return std::string(out.data()) + "/" + std::to_string(prefix_ - kMappedBits);
    }
    ::inet_ntop(AF_INET6, bytes_.data(), out.data(), out.size());
    return std::string(out.data()) + "/" + std::to_string(prefix_);
}

}  // namespace suanpan::services
