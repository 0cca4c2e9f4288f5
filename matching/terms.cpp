#include "matching/terms.hpp"

#include "base/check.hpp"

#include <array>
#include <cstddef>

namespace suanpan::matching {
namespace {

// The words of an enum in the order of its values.
template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr Words<2> kSides{"buy", "sell"};
constexpr Words<2> kUnits{"lot", "cu"};
constexpr Words<4> kTimesInForce{"gtc", "gtd", "ioc", "fok"};
constexpr Words<4> kSelfTrades{"cancel_newest", "cancel_oldest", "cancel_both", "decrement"};
constexpr Words<3> kTogethers{"anywhere", "same_site", "same_pool"};
constexpr Words<2> kBillings{"reserved", "metered"};
constexpr Words<6> kStates{"open",      "partially_filled", "filled",
                           "cancelled", "expired",          "rejected"};
constexpr Words<12> kEndReasons{
    "none",      "by_request", "immediate_or_cancel", "fill_or_kill", "self_trade",  "price_band",
    "post_only", "expired",    "window_passed",       "rate_changed", "kill_switch", "call_closed"};

template <std::size_t N, typename Enum>
std::string_view word(const Words<N>& words, Enum value) {
    const auto index = static_cast<std::size_t>(value);
    CHECK(index < N);
    return words.at(index);
}

template <typename Enum, std::size_t N>
Result<Enum> parse_word(const Words<N>& words, std::string_view text) {
    std::string known;
    for (std::size_t i = 0; i < N; ++i) {
        if (words.at(i) == text) return static_cast<Enum>(i);
        known += known.empty() ? "" : ", ";
        known += words.at(i);
    }
    return fail("bad_value", "must be one of: " + known);
}

bool is_class_char(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string to_string(const MarketKey& key) {
    return key.compute_class + "/" + key.currency;
}

Result<MarketKey> parse_market_key(std::string_view text) {
    const auto bad = [] {
        return fail("bad_market", "a market is a compute class and a currency, like AI-FP16/CNY");
    };
    if (text.size() > 64) return bad();
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos || slash == 0) return bad();
    MarketKey key{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
    for (const char c : key.compute_class) {
        if (!is_class_char(c)) return bad();
    }
    if (key.currency.size() != 3) return bad();
    for (const char c : key.currency) {
        if (c < 'A' || c > 'Z') return bad();
    }
    return key;
}

std::string_view to_string(Side side) {
    return word(kSides, side);
}
std::string_view to_string(Unit unit) {
    return word(kUnits, unit);
}
std::string_view to_string(TimeInForce value) {
    return word(kTimesInForce, value);
}
std::string_view to_string(SelfTrade value) {
    return word(kSelfTrades, value);
}
std::string_view to_string(Together value) {
    return word(kTogethers, value);
}
std::string_view to_string(Billing value) {
    return word(kBillings, value);
}
std::string_view to_string(OrderState value) {
    return word(kStates, value);
}
std::string_view to_string(EndReason value) {
    return word(kEndReasons, value);
}

Result<Side> parse_side(std::string_view text) {
    return parse_word<Side>(kSides, text);
}
Result<Unit> parse_unit(std::string_view text) {
    return parse_word<Unit>(kUnits, text);
}
Result<TimeInForce> parse_time_in_force(std::string_view text) {
    return parse_word<TimeInForce>(kTimesInForce, text);
}
Result<SelfTrade> parse_self_trade(std::string_view text) {
    return parse_word<SelfTrade>(kSelfTrades, text);
}
Result<Together> parse_together(std::string_view text) {
    return parse_word<Together>(kTogethers, text);
}
Result<Billing> parse_billing(std::string_view text) {
    return parse_word<Billing>(kBillings, text);
}
Result<OrderState> parse_order_state(std::string_view text) {
    return parse_word<OrderState>(kStates, text);
}
Result<EndReason> parse_end_reason(std::string_view text) {
    return parse_word<EndReason>(kEndReasons, text);
}

}  // namespace suanpan::matching
