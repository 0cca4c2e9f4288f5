#pragma once

// What a settlement run over a range would post, without posting anything (metering-settlement
// "Settlement runs"). It looks at some leases a step, so that the market is not held up for the
// length of a run; what becomes of them between two steps may or may not be in it.

#include "core/commands.hpp"
#include "core/rows.hpp"
#include "settlement/discount.hpp"

#include <map>
#include <utility>

namespace suanpan::core {

struct SettlementPreview {
    Settle range;
    RunRow run;  // `closed` once every lease was looked at; nil id
    bool begun = false;
    // Of the windows that a month's volume decides on.
    std::map<std::pair<LeaseId, Time>, settlement::AppliedDiscount> discounts;
    // They come first, in the order in which they count; `run.priced` is where that stands.
    settlement::MonthlyVolumes counted{};
    bool priced = false;
};

}  // namespace suanpan::core
