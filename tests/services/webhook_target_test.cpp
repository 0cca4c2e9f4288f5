#include "services/webhooks/target.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace suanpan::services {
namespace {

constexpr TargetRules kStrict;
constexpr TargetRules kPrivate{true};

AddressBytes ip(const std::string& text) {
    return parse_ip(text).value();
}

TEST(WebhookTarget, IsTakenApart) {
    const auto plain = parse_target("https://Portal.Example/hooks?team=a%20b", kStrict);
    ASSERT_TRUE(plain) << plain.error().detail();
    EXPECT_TRUE(plain->tls);
    EXPECT_EQ(plain->host, "portal.example");
    EXPECT_EQ(plain->port, 443);
    EXPECT_EQ(plain->path, "/hooks?team=a%20b");

    const auto v6 = parse_target("https://[2606:4700::1]:8443", kStrict);
    ASSERT_TRUE(v6) << v6.error().detail();
    EXPECT_EQ(v6->host, "2606:4700::1");
    EXPECT_EQ(v6->port, 8'443);
    EXPECT_EQ(v6->path, "/");

    const auto query = parse_target("https://a.example?x=1", kStrict);
    ASSERT_TRUE(query) << query.error().detail();
    EXPECT_EQ(query->path, "/?x=1");

    const auto local = parse_target("http://127.0.0.1:81/x", kPrivate);
    ASSERT_TRUE(local) << local.error().detail();
    EXPECT_FALSE(local->tls);
    EXPECT_EQ(local->port, 81);
}

TEST(WebhookTarget, WhatNobodyMayNameIsRefused) {
    for (const char* url : {
             "",
             "portal.example/hooks",
             "ftp://portal.example/",
             "https:/portal.example",
             "https://",
             "https:///hooks",
             "https://user@portal.example/",
             "https://user:secret@portal.example/",
             "https://portal.example/#top",
             "https://portal.example:/",
             "https://portal.example:0/",
             "https://portal.example:65536/",
             "https://portal.example:+443/",
             "https://portal.example:443x/",
             "https://portal example/",
             "https://portal.example/a b",
             "https://portal.example/a%2",
             "https://portal.example/a%zz",
             "https://portal.example/\r\nX: y",
             "https://portal.example\\@127.0.0.1/",
             "https://portal..example/",
             "https://.example/",
             "https://portal.example./",
             "https://-portal.example/",
             "https://127.1/",
             "https://0x7f.0.0.1/",
             "https://2130706433/",
             "https://1.2.3.4.5/",
             "https://[127.0.0.1]/",
             "https://[::1/",
             "https://[::1]x/",
             "https://[fe80::1%25eth0]/",
             "https://::1/",
             "https://b\xc3\xbc"
             "cher.example/",
         }) {
        for (const TargetRules rules : {kStrict, kPrivate}) {
            const auto target = parse_target(url, rules);
            ASSERT_FALSE(target) << url;
            EXPECT_EQ(target.error().code(), "bad_url") << url;
        }
    }
    EXPECT_FALSE(parse_target("https://a.example/" + std::string(kMostUrlBytes, 'a'), kPrivate));
    EXPECT_FALSE(parse_target("https://" + std::string(64, 'a') + ".example/", kPrivate));
}

TEST(WebhookTarget, WhatOnlyThisMachineReachesTakesTheOperatorsWord) {
    for (const char* url :
         {"http://portal.example/", "https://127.0.0.1/", "https://10.1.2.3/hooks",
          "https://169.254.169.254/latest/meta-data", "https://[::1]/",
          "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://localhost/",
          "https://LOCALHOST/", "https://a.localhost/", "https://db.internal/",
          "https://printer.local/", "https://box.lan/", "https://nas.home.arpa/",
          "https://portal.example:25/", "https://portal.example:80/",
          "https://portal.example:1023/"}) {
        EXPECT_FALSE(parse_target(url, kStrict)) << url;
        EXPECT_TRUE(parse_target(url, kPrivate)) << url;
    }
    // Only whole labels make a name local.
    EXPECT_TRUE(parse_target("https://notlocalhost.example/", kStrict));
    EXPECT_TRUE(parse_target("https://mylocal/", kStrict));
    EXPECT_TRUE(parse_target("https://portal.example:1024/", kStrict));
}

TEST(WebhookTarget, ANameWithOneAddressThatIsNotPublicHasNone) {
    const std::vector<AddressBytes> open{ip("1.1.1.1"), ip("2606:4700::1")};
    EXPECT_EQ(allowed_addresses(open, kStrict), open);
    for (const char* hidden : {"127.0.0.1", "10.0.0.1", "::1", "fe80::1", "::ffff:10.0.0.1"}) {
        std::vector<AddressBytes> mixed = open;
        mixed.push_back(ip(hidden));
        EXPECT_TRUE(allowed_addresses(mixed, kStrict).empty()) << hidden;
        EXPECT_EQ(allowed_addresses(mixed, kPrivate), mixed) << hidden;
    }
    EXPECT_TRUE(allowed_addresses({}, kStrict).empty());
}

}  // namespace
}  // namespace suanpan::services
