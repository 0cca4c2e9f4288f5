#include "client/url.hpp"

#include <gtest/gtest.h>

namespace suanpan::client {
namespace {

TEST(Url, TakesHostPortAndPath) {
    const auto url = parse_url("http://127.0.0.1:8080/log/a/");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "127.0.0.1");
    EXPECT_EQ(url->port, "8080");
    EXPECT_EQ(url->path, "/log/a");
    EXPECT_EQ(url->authority(), "127.0.0.1:8080");
}

TEST(Url, DefaultsToPort80AndTheRoot) {
    const auto url = parse_url("http://market.example");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->port, "80");
    EXPECT_EQ(url->path, "");
}

TEST(Url, TlsHasAPortOfItsOwn) {
    const auto url = parse_url("https://market.example/x");
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->tls);
    EXPECT_EQ(url->port, "443");
    EXPECT_EQ(url->origin(), "https://market.example:443");
    EXPECT_FALSE(parse_url("http://market.example")->tls);
}

TEST(Url, KeepsIpv6AddressesInBrackets) {
    const auto url = parse_url("http://[::1]:99");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "::1");
    EXPECT_EQ(url->authority(), "[::1]:99");
}

TEST(Url, RefusesWhatItCannotReach) {
    for (const auto* text : {"", "127.0.0.1:80", "https://", "http://", "http://:80", "http://a:0",
                             "http://a:65536", "http://a:x", "http://a b", "http://[::1",
                             "http://[::1]x", "http://a/%zz?q", "http://user@a", "ftp://a"}) {
        const auto url = parse_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().code(), "bad_url") << text;
    }
}

TEST(PercentEncode, LeavesOnlyUnreservedCharacters) {
    EXPECT_EQ(percent_encode("AI-FP16/CNY"), "AI-FP16%2FCNY");
    EXPECT_EQ(percent_encode("a b&c=d?\xE7\xAE\x97"), "a%20b%26c%3Dd%3F%E7%AE%97");
    EXPECT_EQ(percent_encode("az09-._~"), "az09-._~");
}

}  // namespace
}  // namespace suanpan::client
