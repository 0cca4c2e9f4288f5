#include "api/acknowledge.hpp"

#include "api/gzip.hpp"

#include <gtest/gtest.h>

namespace suanpan::api {
namespace {

TEST(Prefer, IsReadAsRfc7240Says) {
    EXPECT_FALSE(parse_prefer(""));
    EXPECT_FALSE(parse_prefer("return=minimal, foo"));
    EXPECT_FALSE(parse_prefer("wait=soon"));
    EXPECT_FALSE(parse_prefer("wait=-1"));
    const auto both = parse_prefer("respond-async , return=minimal,wait=10");
    ASSERT_TRUE(both);
    EXPECT_TRUE(both->respond_async);
    EXPECT_EQ(both->wait_s, 10);
    EXPECT_EQ(parse_prefer("wait=99999")->wait_s, 30);
    EXPECT_FALSE(parse_prefer("wait=0")->respond_async);
    EXPECT_EQ(parse_prefer(",,respond-async,")->wait_s, 0);
}

TEST(Gzip, IsSentToWhoTakesIt) {
    for (const char* yes : {"gzip", "deflate, gzip;q=0.5", "*", "br;q=1.0, *;q=0.1", "x-gzip"})
        EXPECT_TRUE(accepts_gzip(yes)) << yes;
    for (const char* no : {"", "identity", "gzip;q=0", "gzip; q=0.000, *", "deflate", "*;q=0"})
        EXPECT_FALSE(accepts_gzip(no)) << no;
}

TEST(Gzip, MakesTextSmaller) {
    const std::string text(10'000, 'x');
    const std::string packed = gzip(text);
    EXPECT_LT(packed.size(), 100U);
    EXPECT_EQ(packed.substr(0, 2), "\x1f\x8b");
    EXPECT_GT(gzip("").size(), 0U);
}

}  // namespace
}  // namespace suanpan::api
