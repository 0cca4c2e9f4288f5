#pragma once

// What an order says (market §4), as the engine sees it: resolved, typed, without free text.

#include "base/ids.hpp"
#include "base/units.hpp"
#include "matching/profile.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::matching {

// Bounds that keep every comparison of prices and costs within 128 bits (market §5: exact
// rationals): the largest product formed is price × rate × lots ≤ 10^37.
inline constexpr std::int64_t kMaxPrice = 1'000'000'000'000'000;  // micro-units: 10^9 a unit·h
inline constexpr std::int64_t kMaxRate = 10'000'000'000'000;      // milli-CU a lot
inline constexpr std::int64_t kMaxCu = 1'000'000'000'000'000;     // milli-CU of one order
inline constexpr std::int64_t kMaxLots = 1'000'000'000;           // of one pool or order
inline constexpr std::size_t kMaxCounterparties = 1'000;
// Of a buy with a `duration`: each possible start is a market of its own to look through.
inline constexpr std::int64_t kMaxStarts = 10'080;  // a week of minutes

// A market is a compute class and a currency, "AI-FP16/CNY".
struct MarketKey {
    std::string compute_class;
    std::string currency;
    friend auto operator<=>(const MarketKey&, const MarketKey&) = default;
};
std::string to_string(const MarketKey& key);
Result<MarketKey> parse_market_key(std::string_view text);  // error `bad_market`

enum class TimeInForce : std::uint8_t { kGtc, kGtd, kIoc, kFok };
enum class SelfTrade : std::uint8_t { kCancelNewest, kCancelOldest, kCancelBoth, kDecrement };
enum class Together : std::uint8_t { kAnywhere, kSameSite, kSamePool };  // same_site, same_pool
enum class Billing : std::uint8_t { kReserved, kMetered };
enum class OrderState : std::uint8_t {
    kOpen,
    kPartiallyFilled,
    kFilled,
    kCancelled,
    kExpired,
    kRejected
};
// It may trade yet.
constexpr bool is_open(OrderState state) {
    return state == OrderState::kOpen || state == OrderState::kPartiallyFilled;
}
// Why an order ended, or lost its rest.
enum class EndReason : std::uint8_t {
    kNone,
    kByRequest,
    kImmediateOrCancel,
    kFillOrKill,
    kSelfTrade,
    kPriceBand,
    kPostOnly,
    kExpired,
    kWindowPassed,
    kRateChanged,
    kKillSwitch,
    kCallClosed  // of an order at the market
};

// The words of JSON, SQL and the log, one spelling for all.
std::string_view to_string(Side side);
std::string_view to_string(Unit unit);
std::string_view to_string(TimeInForce value);
std::string_view to_string(SelfTrade value);
std::string_view to_string(Together value);
std::string_view to_string(Billing value);
std::string_view to_string(OrderState value);
std::string_view to_string(EndReason value);
Result<Side> parse_side(std::string_view text);
Result<Unit> parse_unit(std::string_view text);
Result<TimeInForce> parse_time_in_force(std::string_view text);
Result<SelfTrade> parse_self_trade(std::string_view text);
Result<Together> parse_together(std::string_view text);
Result<Billing> parse_billing(std::string_view text);
Result<OrderState> parse_order_state(std::string_view text);
Result<EndReason> parse_end_reason(std::string_view text);

struct OrderTerms {
    OrderId id;
    OrganisationId organisation;
    MarketKey market;
    Side side = Side::kBuy;
    Unit unit =
        Unit::kLot;  // buy: of quantity and price. Sell: of price (`price_unit`); quantity is lots
    std::int64_t quantity = 0;  // lots, or milli-CU for a CU buy; > 0
    Price limit_price;          // per lot·h or per CU·h, > 0
    // In a call only: takes part at any price up to (sell: from) the limit, before all that name
    // a price unless the limit may bind, and ends with the call.
    bool at_market = false;
    Window window;
    std::optional<Duration> duration;  // buy: placed anywhere inside the window
    Duration min_duration{
        0};  // sell: shortest sub-window taken; 0: one grid step, named in the order's view
    Requirement requirement;                     // buy
    PoolId pool;                                 // sell
    std::vector<OrganisationId> counterparties;  // sell: only these buyers; empty: anyone. Sorted
    TimeInForce time_in_force = TimeInForce::kGtc;
    std::optional<Time> expires_at;  // gtd
    bool all_or_none = false;
    bool post_only = false;
    Lots min_lots{0};
    Cu max_excess{0};
    Together together = Together::kAnywhere;
    SelfTrade self_trade = SelfTrade::kCancelNewest;
    Billing billing = Billing::kReserved;
    ProjectId project;  // nil: none
    ApiKeyId key;       // by which it was placed; nil: none

    friend bool operator==(const OrderTerms&, const OrderTerms&) = default;
};

}  // namespace suanpan::matching
