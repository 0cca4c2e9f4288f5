#pragma once

// The call auction, slow and obvious: every price is tried by a scan of all orders.

#include "base/checked.hpp"
#include "matching/auction.hpp"

#include <string>
#include <vector>

namespace suanpan::matching::testing {

struct Call {
    std::vector<CallOrder> orders;
    std::vector<Lots> pools;
    Price reference;
};
std::string describe(const Call& call);

// What both sides would trade at a price.
struct Crossing {
    Int128 demand = 0;
    Int128 supply = 0;
};
Crossing crossing_at(const Call& call, Price price);

// Which of the rules of market §6 named the price.
enum class Rule { kNothing, kOnlyMarketOrders, kBuySurplus, kSellSurplus, kMixed, kEven };

struct Expected {
    Rule rule = Rule::kNothing;
    CallResult result;
};
Expected expected_of(const Call& call);

// What is wrong with an allocation at `result`, one sentence; empty: nothing.
std::string fault_of(const Call& call, const CallResult& result,
                     const std::vector<CallFill>& fills);

}  // namespace suanpan::matching::testing
