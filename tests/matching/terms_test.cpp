#include "matching/terms.hpp"

#include <gtest/gtest.h>

namespace suanpan::matching {
namespace {

template <typename Enum>
void expect_words(int count, Result<Enum> (*parse)(std::string_view)) {
    for (int i = 0; i < count; ++i) {
        const auto value = static_cast<Enum>(i);
        const auto parsed = parse(to_string(value));
        ASSERT_TRUE(parsed) << to_string(value);
        EXPECT_EQ(*parsed, value);
    }
    EXPECT_EQ(parse("").error().code(), "bad_value");
    EXPECT_EQ(parse("GTC").error().code(), "bad_value");
}

TEST(Words, ReadBackAsWhatTheyWere) {
    expect_words<Side>(2, parse_side);
    expect_words<Unit>(2, parse_unit);
    expect_words<TimeInForce>(4, parse_time_in_force);
    expect_words<SelfTrade>(4, parse_self_trade);
    expect_words<Together>(3, parse_together);
    expect_words<Billing>(2, parse_billing);
    expect_words<OrderState>(6, parse_order_state);
    expect_words<EndReason>(12, parse_end_reason);
}

TEST(MarketKey, IsAClassAndACurrency) {
    const auto key = parse_market_key("AI-FP16/CNY");
    ASSERT_TRUE(key);
    EXPECT_EQ(key->compute_class, "AI-FP16");
    EXPECT_EQ(key->currency, "CNY");
    EXPECT_EQ(to_string(*key), "AI-FP16/CNY");
}

TEST(MarketKey, RefusesOtherForms) {
    const std::string long_class(64, 'A');
    for (const std::string& text :
         {std::string(), std::string("AI-FP16"), std::string("/CNY"), std::string("AI/cny"),
          std::string("AI/CN"), std::string("AI/CNY/X"), std::string("a/CNY"),
          long_class + "/CNY"}) {
        const auto key = parse_market_key(text);
        ASSERT_FALSE(key) << text;
        EXPECT_EQ(key.error().code(), "bad_market");
    }
}

}  // namespace
}  // namespace suanpan::matching
