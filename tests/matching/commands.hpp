#pragma once

// Commands of the engine as data, so that a stream of them can be told, played again, shortened,
// and played under other names.

#include "matching/engine.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::matching::testing {

enum class Kind : std::uint8_t {
    kPreview,
    kPlace,
    kCancel,
    kReplace,
    kCancelAll,
    kExpire,
    kGiveBack,
    kBlock,
    kUnblock,
    kSetRate,
    kSetBand,
    kHalt,
    kResume,
    kOpenCall,
    kCloseCall,
    kRebuild,  // a new engine from what a database would hold
    kForget
};

// A command that makes no sense when its turn comes (the order has ended, the market is not halted)
// does nothing.
struct Command {
    Kind kind = Kind::kForget;
    Time now;
    OrderTerms terms;  // preview, place
    OrderId order;     // cancel, replace, expire; give_back: the sell
    OrderId buy;       // give_back
    Replacement with;
    OrderFilter filter;
    EndReason reason = EndReason::kByRequest;
    PoolId pool;       // give_back, block, unblock, set_rate
    Window window;     // the same, and close_call
    Lots lots;         // give_back, block, unblock
    MarketKey market;  // set_rate and all that concerns a whole market
    std::optional<Rate> rate;
    std::optional<PriceBand> band;
    CallTerms call;
};

// The world that a stream begins in. Every pool has these rates in the classes of these markets.
struct Scene {
    std::vector<MarketRules> markets;
    std::vector<PoolRules> pools;
    std::vector<std::vector<Rate>> rates;  // [pool][market]
};

// One line.
std::string describe(const Command& command);
std::string describe(const PoolRules& pool);
std::string describe(const OrderTerms& terms);

using Rename = std::function<OrganisationId(const OrganisationId&)>;
Scene renamed(Scene scene, const Rename& rename);
Command renamed(Command command, const Rename& rename);

}  // namespace suanpan::matching::testing
