#pragma once

// Short ways to say orders in tests. Times are hours (`at(8)`) of a day that begins at kDay.

#include "matching/engine.hpp"

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

// An engine with one market, and pools added on demand.
class World {
 public:
    World() {
        MarketRules rules;
        rules.key = kMarket;
        engine.define_market(rules);
    }

    void add_pool(std::uint32_t n, std::int64_t lots, std::int64_t rate_mcu = 1'000,
                  const char* json = "{}", std::uint32_t at_site = 1) {
        EXPECT_TRUE(
            engine.add_pool({pool(n), org(100 + n), site(at_site), Lots(lots), profile(json)}));
        engine.set_rate(pool(n), kMarket.compute_class, Rate(rate_mcu), now);
    }
    Outcome place(const OrderTerms& terms) {
        const auto checked = engine.check(terms, now);
        EXPECT_TRUE(checked) << checked.error().code() << ": " << checked.error().detail();
        return engine.place(terms, now);
    }
    [[nodiscard]] const OrderView& view(std::uint32_t n) const {
        const OrderView* found = engine.find(order(n));
        if (found == nullptr) throw std::runtime_error("no order " + std::to_string(n));
        return *found;
    }
    [[nodiscard]] OrderState state(std::uint32_t n) const { return view(n).state; }
    [[nodiscard]] std::int64_t free(std::uint32_t n, Window window) const {
        return engine.find_calendar(pool(n))->minimum(window).value;
    }

    Engine engine;
    Time now = at(0);
};

// "maker x lots @ price" of each fill, in order.
inline std::vector<std::string> brief(const Outcome& outcome) {
    std::vector<std::string> out;
    for (const Fill& fill : outcome.fills) {
        out.push_back(std::to_string(number_of(fill.maker)) + " x " +
                      std::to_string(fill.lots.value) + " @ " + std::to_string(fill.price.value));
    }
    return out;
}

}  // namespace suanpan::matching::testing
