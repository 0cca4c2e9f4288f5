#pragma once

// What a client of the stream may listen to (api "Streams"): `orders`, `leases`, `readings` of its
// own organisation; `book:AI-FP16/CNY`, `trades:AI-FP16/CNY` and `index` for everybody.

#include "base/result.hpp"
#include "matching/terms.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace suanpan::api {

struct Channel {
    enum class Kind : std::uint8_t { kOrders, kLeases, kReadings, kBook, kTrades, kIndex };
    Kind kind = Kind::kIndex;
    std::optional<matching::MarketKey> market{};  // of a book or of trades

    [[nodiscard]] bool is_private() const { return kind <= Kind::kReadings; }
    friend bool operator==(const Channel&, const Channel&) = default;
};

std::string to_string(const Channel& channel);
// Error `unknown_channel`.
Result<Channel> parse_channel(std::string_view text);

}  // namespace suanpan::api
