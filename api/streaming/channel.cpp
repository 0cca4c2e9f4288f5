#include "api/streaming/channel.hpp"

#include <array>
#include <utility>

namespace suanpan::api {

namespace {

using Kind = Channel::Kind;

struct Name {
    std::string_view text;
    Kind kind;
    bool of_market;
};

constexpr std::array kNames = std::to_array<Name>({{"orders", Kind::kOrders, false},
                                                   {"leases", Kind::kLeases, false},
                                                   {"readings", Kind::kReadings, false},
                                                   {"book", Kind::kBook, true},
                                                   {"trades", Kind::kTrades, true},
                                                   {"index", Kind::kIndex, false}});

}  // namespace

std::string to_string(const Channel& channel) {
    std::string out;
    for (const Name& name : kNames) {
        if (name.kind == channel.kind) out = name.text;
    }
    if (channel.market) out += ":" + matching::to_string(*channel.market);
    return out;
}

Result<Channel> parse_channel(std::string_view text) {
    const std::size_t colon = text.find(':');
    for (const Name& name : kNames) {
        if (text.substr(0, colon) != name.text) continue;
        if (!name.of_market && colon == std::string_view::npos) return Channel{name.kind, {}};
        if (!name.of_market || colon == std::string_view::npos) break;
        const auto market = matching::parse_market_key(text.substr(colon + 1));
        if (market) return Channel{name.kind, *market};
    }
    return fail("unknown_channel",
                "a channel is orders, leases, readings, index, book:CLASS/CURRENCY or "
                "trades:CLASS/CURRENCY, as in book:AI-FP16/CNY");
}

}  // namespace suanpan::api
