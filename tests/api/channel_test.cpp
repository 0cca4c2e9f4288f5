#include "api/streaming/channel.hpp"

#include <gtest/gtest.h>

namespace suanpan::api {
namespace {

TEST(StreamChannel, IsReadAndWrittenTheSame) {
    for (const char* name :
         {"orders", "leases", "readings", "index", "book:AI-FP16/CNY", "trades:AI-FP16/CNY"}) {
        const auto channel = parse_channel(name);
        ASSERT_TRUE(channel) << name;
        EXPECT_EQ(to_string(*channel), name);
    }
    EXPECT_TRUE(parse_channel("orders")->is_private());
    EXPECT_FALSE(parse_channel("book:AI-FP16/CNY")->is_private());
}

TEST(StreamChannel, RefusesWhatItDoesNotKnow) {
    for (const char* name : {"", "order", "orders:AI-FP16/CNY", "book", "book:", "book:AI-FP16",
                             "trades:AI-FP16/CNY/", "index:", "ORDERS"}) {
        const auto channel = parse_channel(name);
        ASSERT_FALSE(channel) << name;
        EXPECT_EQ(channel.error().code(), "unknown_channel");
    }
}

}  // namespace
}  // namespace suanpan::api
