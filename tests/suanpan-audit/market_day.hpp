#pragma once

// A small market's day as a log: two organisations trade, the lease is metered and settled.

#include "base/bytes.hpp"
#include "core/market.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace suanpan::audit {

struct MarketDay {
    std::vector<std::string> entries;  // with salts
    Hash digest{};                     // of the state after them

    // The first entry of the kind whose body has the member; the day must have one.
    [[nodiscard]] std::size_t find(const std::string& kind, const std::string& member) const;
    // The same log with `from` in one entry replaced by `to`.
    [[nodiscard]] std::vector<std::string> altered(std::size_t index, const std::string& from,
                                                   const std::string& to) const;
};

// `leases`: how many are traded and settled, one after the other.
MarketDay market_day(int leases = 1);
// One lease for a project with a budget of 20 CNY, which the operator measures too.
MarketDay project_day();

}  // namespace suanpan::audit
