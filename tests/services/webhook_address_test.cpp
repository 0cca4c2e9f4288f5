#include "services/webhooks/address.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace suanpan::services {
namespace {

bool is_public(const std::string& text) {
    const auto address = parse_ip(text);
    EXPECT_TRUE(address) << text;
    return address && is_public_address(*address);
}

// Each range that is not public, as its first and last address, and its neighbours that are.
struct Range {
    std::string before;  // empty: it is not public either
    std::string first;
    std::string last;
    std::string after;
};

const std::vector<Range> kV4 = {
    {"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
    {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
    {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
    {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
    {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
    {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
    {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
    {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
    {"192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"},
    {"192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"},
    {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
    {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
    {"192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"},
    {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
    {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
    {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
    {"223.255.255.255", "224.0.0.0", "255.255.255.255", ""},
};

const std::vector<Range> kV6 = {
    {"", "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"},
    {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
     "2001:200::"},
    {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
     "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
    {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     "2003::"},
    {"2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
     "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::"},
    {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
     "3fff:1000::"},
    {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     ""},
};

void expect_edges(const Range& range) {
    if (!range.before.empty()) EXPECT_TRUE(is_public(range.before)) << range.before;
    EXPECT_FALSE(is_public(range.first)) << range.first;
    EXPECT_FALSE(is_public(range.last)) << range.last;
    if (!range.after.empty()) EXPECT_TRUE(is_public(range.after)) << range.after;
}

TEST(WebhookAddress, EachSpecialRangeEndsWhereItsRegistrySays) {
    for (const Range& range : kV4)
        expect_edges(range);
    for (const Range& range : kV6)
        expect_edges(range);
}

// Addresses that people have named to make a server talk to itself or to its cloud.
TEST(WebhookAddress, KnownTricksAreNotPublic) {
    for (const char* text : {"127.0.0.1",
                             "0.0.0.0",
                             "169.254.169.254",
                             "100.100.100.200",
                             "192.0.0.192",
                             "10.0.0.1",
                             "255.255.255.255",
                             "::1",
                             "::",
                             "::ffff:127.0.0.1",
                             "::ffff:169.254.169.254",
                             "::127.0.0.1",
                             "::ffff:0:127.0.0.1",
                             "64:ff9b::127.0.0.1",
                             "64:ff9b::a9fe:a9fe",
                             "64:ff9b:1::1.1.1.1",
                             "2002:7f00:1::",
                             "2002:a9fe:a9fe::1",
                             "2001:0:1:2:3:4:5:6",
                             "fe80::1",
                             "fec0::1",
                             "fc00::1",
                             "fd00:ec2::254",
                             "ff02::1",
                             "100::1",
                             "5f00::1"})
        EXPECT_FALSE(is_public(text)) << text;
    for (const char* text : {"1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1",
                             "64:ff9b::1.1.1.1", "2a00:1450:4001::1"})
        EXPECT_TRUE(is_public(text)) << text;
}

// An obvious way to say the same of IPv4: as a number between two others.
bool is_special(std::uint32_t address) {
    for (const Range& range : kV4) {
        const auto number = [](const std::string& text) {
            const auto bytes = *parse_ip(text);
            std::uint32_t out = 0;
            for (std::size_t i = 12; i < 16; ++i)
                out = out << 8U | bytes[i];
            return out;
        };
        if (address >= number(range.first) && address <= number(range.last)) return true;
    }
    return false;
}

TEST(WebhookAddress, AnIpv4AddressCountsTheSameInAllItsForms) {
    std::mt19937_64 random(support::test_seed());
    for (int i = 0; i < 20'000; ++i) {
        auto address = static_cast<std::uint32_t>(random());
        // Every second one lies at an edge more often.
        if (i % 2 == 0) address &= 0xFFFF0000U;
        AddressBytes mapped{};
        AddressBytes nat64{0, 0x64, 0xff, 0x9b};
        AddressBytes compatible{};
        mapped[10] = mapped[11] = 0xff;
        for (std::size_t at = 0; at < 4; ++at) {
            const auto byte = static_cast<std::uint8_t>(address >> (24 - 8 * at));
            mapped[12 + at] = nat64[12 + at] = compatible[12 + at] = byte;
        }
        EXPECT_EQ(is_public_address(mapped), !is_special(address)) << ip_text(mapped);
        EXPECT_EQ(is_public_address(nat64), !is_special(address)) << ip_text(nat64);
        EXPECT_FALSE(is_public_address(compatible)) << ip_text(compatible);
        EXPECT_EQ(parse_ip(ip_text(mapped)), mapped);
    }
}

TEST(WebhookAddress, OnlyWholeAddressesAreAddresses) {
    for (const char* text :
         {"", "127.1", "0x7f.0.0.1", "2130706433", "127.0.0.1.", " 127.0.0.1", "127.0.0.1/8",
          "1.2.3.4.5", "[::1]", "::1%eth0", "localhost", "0177.0.0.1", "1.2.3.256"})
        EXPECT_FALSE(parse_ip(text)) << text;
    EXPECT_FALSE(parse_ip(std::string_view("1.1.1.1\0.evil", 13)));
}

}  // namespace
}  // namespace suanpan::services
