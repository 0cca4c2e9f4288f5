#include "tests/matching/commands.hpp"

#include "tests/matching/model.hpp"
#include "tests/matching/world.hpp"

#include <algorithm>

namespace suanpan::matching::testing {
namespace {

std::string text(std::int64_t number) {
    return std::to_string(number);
}

template <typename IdType>
std::string name(const IdType& id) {
    return text(number_of(id));
}

// In grid steps of the day.
std::string steps(Time time) {
    const std::int64_t seconds = time.value - kDay;
    const std::int64_t more = seconds % kGrid;
    return text(seconds / kGrid) + (more == 0 ? "" : "+" + text(more) + "s");
}

std::string steps(const Window& window) {
    return "steps " + steps(window.start) + " to " + steps(window.end);
}

std::string filtered(const OrderFilter& filter) {
    std::string out = "all orders";
    if (filter.organisation) out += " of " + name(*filter.organisation);
    if (filter.market) out += " in " + filter.market->compute_class;
    if (filter.side) out += " that " + std::string(to_string(*filter.side));
    if (filter.project) out += " of project " + name(*filter.project);
    if (filter.key) out += " by key " + name(*filter.key);
    return out;
}

std::string about_market(const Command& command) {
    const std::string& market = command.market.compute_class;
    switch (command.kind) {
        case Kind::kHalt: return "halt " + market;
        case Kind::kResume: return "resume " + market;
        case Kind::kOpenCall:
            return "open call in " + market + ", " + steps(command.call.window) + ", reference " +
                   text(command.call.reference.value) + ", floor " + canonical(command.call.floor);
        case Kind::kCloseCall: return "close call in " + market + ", " + steps(command.window);
        case Kind::kSetBand:
            if (!command.band) return "no band in " + market;
            return "band " + text(command.band->low.value) + " to " +
                   text(command.band->high.value) + " in " + market;
        default: return "";
    }
}

std::string about_pool(const Command& command) {
    const std::string where = " pool " + name(command.pool);
    const std::string what = " " + text(command.lots.value) + " lots, " + steps(command.window);
    switch (command.kind) {
        case Kind::kGiveBack:
            return "give back to sell " + name(command.order) + " from buy " + name(command.buy) +
                   where + what;
        case Kind::kBlock: return "block" + where + what;
        case Kind::kUnblock: return "unblock" + where + what;
        case Kind::kSetRate:
            return "rate of" + where + " in " + command.market.compute_class + ": " +
                   (command.rate ? text(command.rate->value) : "none");
        default: return "";
    }
}

std::string act(const Command& command) {
    switch (command.kind) {
        case Kind::kPreview: return "preview of " + describe(command.terms);
        case Kind::kPlace: return describe(command.terms);
        case Kind::kCancel: return "cancel " + name(command.order);
        case Kind::kExpire: return "expire " + name(command.order);
        case Kind::kReplace:
            return "replace " + name(command.order) + " with " + text(command.with.quantity) +
                   " @ " + text(command.with.limit_price.value);
        case Kind::kCancelAll: return "cancel " + filtered(command.filter);
        case Kind::kRebuild: return "rebuild";
        case Kind::kForget: return "forget what ended";
        default: return about_market(command) + about_pool(command);
    }
}

}  // namespace

std::string describe(const OrderTerms& terms) {
    std::string out = "order " + name(terms.id) + " of " + name(terms.organisation) + ": ";
    out += std::string(to_string(terms.side)) + " " + text(terms.quantity) + " " +
           std::string(to_string(terms.unit)) + " @ " + text(terms.limit_price.value) + " in " +
           terms.market.compute_class + ", " + steps(terms.window) + ", " +
           std::string(to_string(terms.time_in_force)) + ", " +
           std::string(to_string(terms.together)) + ", " + std::string(to_string(terms.self_trade));
    if (terms.side == Side::kBuy) out += ", " + canonical(terms.requirement);
    if (terms.side == Side::kSell) out += ", pool " + name(terms.pool);
    if (terms.expires_at) out += " until " + steps(*terms.expires_at);
    if (terms.at_market) out += ", at_market";
    if (terms.all_or_none) out += ", all_or_none";
    if (terms.post_only) out += ", post_only";
    if (terms.duration) out += ", for " + text(terms.duration->value / kGrid);
    if (terms.min_lots.value > 0) out += ", min_lots " + text(terms.min_lots.value);
    if (terms.max_excess.value > 0) out += ", excess " + text(terms.max_excess.value);
    if (terms.min_duration.value > 0) {
        out += ", at least " + text(terms.min_duration.value / kGrid) + " steps";
    }
    for (const OrganisationId& one : terms.counterparties)
        out += ", to " + name(one);
    return out;
}

std::string describe(const PoolRules& pool) {
    return "pool " + name(pool.id) + " of " + name(pool.owner) + " at site " + name(pool.site) +
           ": " + text(pool.lots.value) + " lots, " + canonical(pool.profile);
}

std::string describe(const Command& command) {
    return "at " + steps(command.now) + ": " + act(command);
}

Scene renamed(Scene scene, const Rename& rename) {
    for (PoolRules& pool : scene.pools)
        pool.owner = rename(pool.owner);
    return scene;
}

Command renamed(Command command, const Rename& rename) {
    command.terms.organisation = rename(command.terms.organisation);
    for (OrganisationId& one : command.terms.counterparties)
        one = rename(one);
    std::sort(command.terms.counterparties.begin(), command.terms.counterparties.end());
    if (command.filter.organisation) {
        command.filter.organisation = rename(*command.filter.organisation);
    }
    return command;
}

}  // namespace suanpan::matching::testing
