#include "services/iam/networks.hpp"

#include "base/decimal.hpp"

namespace suanpan::services {

namespace {

tl::unexpected<Error> bad(std::string_view text) {
    return fail("bad_network", "'" + std::string(text.substr(0, 60)) +
                                   "' is no network: write it as 10.1.0.0/16 or 2001:db8::/32, "
                                   "with nothing set beyond the prefix");
}

}  // namespace

Result<Network> Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = parse_ip(text.substr(0, slash));
    if (!address) return bad(text);
    const bool is_v4 = text.find(':') == std::string_view::npos;
    Network out;
    out.bytes_ = *address;
    out.is_v4_ = is_v4;
    out.prefix_ = kAddressBits;
    if (slash != std::string_view::npos) {
        const auto length = parse_integer(text.substr(slash + 1));
        const std::int64_t most = is_v4 ? kAddressBits - kBitsBeforeV4 : kAddressBits;
        if (!length || *length < 0 || *length > most) return bad(text);
        out.prefix_ = static_cast<int>(*length) + (is_v4 ? kBitsBeforeV4 : 0);
    }
    for (int bit = out.prefix_; bit < kAddressBits; ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80U >> static_cast<unsigned>(bit % 8));
        if ((out.bytes_[static_cast<std::size_t>(bit / 8)] & mask) != 0) return bad(text);
    }
    return out;
}

bool Network::contains(std::string_view address) const {
    const auto parsed = parse_ip(address);
    return parsed && is_alike(bytes_, *parsed, prefix_);
}

bool Network::contains(const Network& other) const {
    return prefix_ <= other.prefix_ && is_alike(bytes_, other.bytes_, prefix_);
}

std::string Network::text() const {
    return is_v4_ ? ip_text(bytes_) + "/" + std::to_string(prefix_ - kBitsBeforeV4)
                  : ipv6_text(bytes_) + "/" + std::to_string(prefix_);
}

}  // namespace suanpan::services
