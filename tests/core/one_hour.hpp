#pragma once

// One operator, seller and buyer who trade one hour of a small market.

#include "small_market.hpp"

#include <cstdint>
#include <string>

namespace suanpan::core {

inline const OrganisationId kBoss = SmallMarket::organisation(1);
inline const OrganisationId kSeller = SmallMarket::organisation(2);
inline const OrganisationId kBuyer = SmallMarket::organisation(4);
inline const Window kHour = SmallMarket::hours(2, 3);

inline std::string refusal(const CommandOutcome& outcome) {
    return outcome.refusal ? outcome.refusal->code() : "none";
}

inline CommandOutcome place_buy(SmallMarket& day, std::int64_t lots, const char* price) {
    return day.run(kBuyer, day.buy(4, lots, price, kHour));
}
inline CommandOutcome place_sell(SmallMarket& day, std::int64_t lots, const char* price) {
    return day.run(kSeller, day.sell(2, lots, price, SmallMarket::hours(1, 9)));
}

}  // namespace suanpan::core
