#pragma once

// Short ways to say orders in tests. Times are hours (`at(8)`) of a day that begins at kDay.

#include "tests/matching/named.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace suanpan::matching::testing {

inline constexpr std::int64_t kDay = 1'800'000'000 - 1'800'000'000 % 86'400;
inline constexpr std::int64_t kHour = 3'600;
inline constexpr std::int64_t kYuan = 1'000'000;

inline Time at(std::int64_t hour) {
    return Time(kDay + hour * kHour);
}
inline Window hours(std::int64_t from, std::int64_t to) {
    return {at(from), at(to)};
}

template <typename IdType>
IdType id(std::uint32_t number) {
    IdType out;
    for (std::size_t i = 0; i < 4; ++i) {
        out.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    return out;
}
template <typename IdType>
std::uint32_t number_of(const IdType& given) {
    std::uint32_t out = 0;
    for (std::size_t i = 12; i < 16; ++i)
        out = out << 8 | given.bytes[i];
    return out;
}

inline OrganisationId org(std::uint32_t n) {
    return id<OrganisationId>(n);
}
inline PoolId pool(std::uint32_t n) {
    return id<PoolId>(n);
}
inline SiteId site(std::uint32_t n) {
    return id<SiteId>(n);
}
inline OrderId order(std::uint32_t n) {
    return id<OrderId>(n);
}

inline Profile profile(const char* json) {
    return parse_profile(Json::parse(json)).value();
}
inline Requirement requirement(const char* json) {
    return parse_requirement(Json::parse(json)).value();
}

inline const MarketKey kMarket{"AI-FP16", "CNY"};

// Buyers are organisations from 1 on, the provider of pool n is organisation 100 + n.
inline OrderTerms buy(std::uint32_t n, std::int64_t lots, std::int64_t price, Window window) {
    OrderTerms terms;
    terms.id = order(n);
    terms.organisation = org(1);
    terms.market = kMarket;
    terms.side = Side::kBuy;
    terms.quantity = lots;
    terms.limit_price = Price(price);
    terms.window = window;
    return terms;
}
inline OrderTerms sell(std::uint32_t n, std::uint32_t from_pool, std::int64_t lots,
                       std::int64_t price, Window window) {
    OrderTerms terms = buy(n, lots, price, window);
    terms.organisation = org(100 + from_pool);
    terms.side = Side::kSell;
    terms.pool = pool(from_pool);
    return terms;
}

// An engine with one market, and pools added on demand. Orders and pools are named by their number.
class World : public NamedEngine {
 public:
    World() { define({}); }

    // Defines the market of kMarket anew.
    void define(MarketRules rules) {
        rules.key = kMarket;
        engine.define_market(rules, now);
    }
    void add_pool(std::uint32_t n, std::int64_t lots, std::int64_t rate_mcu = 1'000,
                  const char* json = "{}", std::uint32_t at_site = 1) {
        EXPECT_TRUE(
            engine.add_pool({pool(n), org(100 + n), site(at_site), Lots(lots), profile(json)}));
        set_rate(n, rate_mcu);
    }
    // What check() says; empty: nothing.
    [[nodiscard]] std::string fault(const OrderTerms& terms) const {
        const auto checked = engine.check(terms, now);
        return checked ? "" : checked.error().code();
    }
    Told place(const OrderTerms& terms) {
        EXPECT_EQ(fault(terms), "");
        return NamedEngine::place(terms, now);
    }
    Told cancel(std::uint32_t n) { return NamedEngine::cancel(order(n), now); }
    Told replace(std::uint32_t n, std::int64_t quantity, std::int64_t price) {
        const Replacement with{quantity, Price(price)};
        EXPECT_TRUE(engine.check_replace(slots.at(order(n)), with, now));
        return NamedEngine::replace(order(n), with, now);
    }
    Told cancel_all(const OrderFilter& filter, EndReason reason = EndReason::kByRequest) {
        return tell(engine.cancel_all(filter, reason, now));
    }
    Told expire(std::uint32_t n) { return NamedEngine::expire(order(n), now); }
    Told give_back(std::uint32_t sell, std::uint32_t to, Window window, std::int64_t lots) {
        return NamedEngine::give_back(order(sell), pool(to), window, Lots(lots), now);
    }
    Told block(std::uint32_t n, Window window, std::int64_t lots) {
        EXPECT_TRUE(engine.check_block(pool(n), window, Lots(lots)));
        return tell(engine.block(pool(n), window, Lots(lots), now));
    }
    Told unblock(std::uint32_t n, Window window, std::int64_t lots) {
        return tell(engine.unblock(pool(n), window, Lots(lots), now));
    }
    // 0: none.
    Told set_rate(std::uint32_t n, std::int64_t rate_mcu,
                  const std::string& compute_class = kMarket.compute_class) {
        const std::optional<Rate> rate =
            rate_mcu == 0 ? std::nullopt : std::optional(Rate(rate_mcu));
        return tell(engine.set_rate(pool(n), compute_class, rate, now));
    }
    Told resume() { return tell(engine.resume(kMarket, now)); }
    Told close_call(Window window) { return tell(engine.close_call(kMarket, window, now)); }

    [[nodiscard]] OrderView view(std::uint32_t n) const {
        const auto found = find(order(n));
        if (!found) throw std::runtime_error("no order " + std::to_string(n));
        return *found;
    }
    [[nodiscard]] OrderState state(std::uint32_t n) const { return view(n).state; }
    [[nodiscard]] EndReason reason(std::uint32_t n) const { return view(n).end_reason; }
    [[nodiscard]] std::optional<Time> due(std::uint32_t n) const { return due_time(order(n)); }
    [[nodiscard]] std::int64_t free(std::uint32_t n, Window window) const {
        return engine.find_calendar(pool(n))->minimum(window).value;
    }

    Time now = at(0);
};

// "maker x lots @ price" of each fill, in order.
inline std::vector<std::string> brief(const std::vector<Fill>& fills) {
    std::vector<std::string> out;
    for (const Fill& fill : fills) {
        out.push_back(std::to_string(number_of(fill.maker)) + " x " +
                      std::to_string(fill.lots.value) + " @ " + std::to_string(fill.price.value));
    }
    return out;
}

inline std::vector<std::string> brief(const Told& told) {
    return brief(told.fills);
}

}  // namespace suanpan::matching::testing
