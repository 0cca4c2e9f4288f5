#include "services/iam/networks.hpp"

#include <gtest/gtest.h>

namespace suanpan::services {
namespace {

TEST(Networks, HoldTheirAddresses) {
    const auto holds = [](const char* network, const char* address) {
        return Network::parse(network).value().contains(address);
    };
    EXPECT_TRUE(holds("10.1.0.0/16", "10.1.255.255"));
    EXPECT_FALSE(holds("10.1.0.0/16", "10.2.0.0"));
    EXPECT_TRUE(holds("10.1.0.0/16", "::ffff:10.1.2.3")) << "as a socket of both kinds has it";
    EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
    EXPECT_FALSE(holds("192.0.2.7", "192.0.2.8"));
    EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
    EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
    EXPECT_TRUE(holds("::/0", "2001:db8::1"));
    EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
    EXPECT_FALSE(holds("10.0.0.0/8", "unknown"));
    EXPECT_FALSE(holds("10.0.0.0/8", ""));
}

TEST(Networks, HoldNarrowerOnes) {
    const auto wide = Network::parse("10.0.0.0/8").value();
    EXPECT_TRUE(wide.contains(Network::parse("10.1.0.0/16").value()));
    EXPECT_TRUE(wide.contains(wide));
    EXPECT_FALSE(Network::parse("10.1.0.0/16")->contains(wide));
    EXPECT_FALSE(wide.contains(Network::parse("11.0.0.0/16").value()));
    EXPECT_FALSE(wide.contains(Network::parse("::/0").value()));
}

TEST(Networks, AreWrittenInOneWay) {
    EXPECT_EQ(Network::parse("192.0.2.7")->text(), "192.0.2.7/32");
    EXPECT_EQ(Network::parse("2001:DB8:0::/32")->text(), "2001:db8::/32");
    EXPECT_EQ(Network::parse("10.0.0.0/8")->text(), "10.0.0.0/8");
}

TEST(Networks, RefuseWhatIsNone) {
    for (const char* text : {"", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.1/8",
                             "2001:db8::1/32", "::/129", "10.0.0/8", "example.org", "10.0.0.0/8/8"})
        EXPECT_FALSE(Network::parse(text)) << text;
}

}  // namespace
}  // namespace suanpan::services
