#pragma once

// A market with trades to look at, for the tests of market data.

#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace suanpan::test {

inline constexpr std::int64_t kHour = 3'600;
inline const std::string kMarket = "/v1/markets/AI-FP16/CNY";

std::string after(std::string_view start, std::int64_t seconds);

// A company with a pool of eight lots, that sells and buys.
struct Centre {
    Party party;
    std::string pool;
};

class MarketData : public testing::Test {
 protected:
    Centre make_centre(const std::string& name, const std::string& hub, const Json& profile);
    // Two hours.
    static Json window_from(std::string_view now, std::int64_t ahead);
    Json offer(const Centre& by, int lots, const std::string& price, std::int64_t ahead = kHour);
    // One lot.
    void trade(const Centre& by, const Party& to, const std::string& price,
               std::int64_t ahead = kHour);
    // The clock moves, and the log with it.
    void move_to(const std::string& time);

    ApiServer server;
    World world{server};
    Caller outsider{server.url(), ""};  // without a key
    std::string now{ApiServer::kStart};
    Centre gansu{world.provider, world.pool};
};

}  // namespace suanpan::test
