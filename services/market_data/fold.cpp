#include "services/market_data/fold.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace suanpan::services {

namespace {

struct Collected {
    std::set<OrganisationId> providers;
    std::vector<const db::Holding*> holdings;

    void take(const Collected& other) {
        providers.insert(other.providers.begin(), other.providers.end());
        holdings.insert(holdings.end(), other.holdings.begin(), other.holdings.end());
    }
};
using Hubs = std::map<std::string, Collected>;

// What is too small by itself, and then as much as it takes to be large enough together.
Collected take_rest(Hubs& hubs) {
    Collected rest;
    for (auto hub = hubs.begin(); hub != hubs.end();) {
        if (hub->second.providers.size() >= kLeastProviders) {
            ++hub;
            continue;
        }
        rest.take(hub->second);
        hub = hubs.erase(hub);
    }
    while (!rest.holdings.empty() && rest.providers.size() < kLeastProviders && !hubs.empty()) {
        const auto smallest = std::ranges::min_element(hubs, {}, [](const auto& hub) {
            return std::pair(hub.second.providers.size(), hub.first);
        });
        rest.take(smallest->second);
        hubs.erase(smallest);
    }
    return rest;
}

Result<void> add_to(std::int64_t& sum, std::int64_t more) {
    const auto added = checked_add(sum, more);
    if (!added) return fail(added.error());
    sum = *added;
    return {};
}

Result<CapacityGroup> sum_up(const std::string& compute_class, std::optional<std::string> hub,
                             const Collected& collected) {
    CapacityGroup group{compute_class, std::move(hub), collected.providers.size(), {}};
    db::Holding& sums = group.sums;
    for (const db::Holding* one : collected.holdings) {
        for (const auto& [sum, more] : {std::pair(&sums.lots.value, one->lots.value),
                                        {&sums.rate.value, one->rate.value},
                                        {&sums.listed.value, one->listed.value},
                                        {&sums.blocked_s, one->blocked_s},
                                        {&sums.leased_s, one->leased_s},
                                        {&sums.delivered_s, one->delivered_s},
                                        {&sums.leased_cu_h.value, one->leased_cu_h.value},
                                        {&sums.delivered_cu_h.value, one->delivered_cu_h.value}}) {
            const auto added = add_to(*sum, more);
            if (!added) return fail(added.error());
        }
    }
    return group;
}

Result<void> fold_class(FoldedCapacity& out, const std::string& compute_class, Hubs hubs) {
    const Collected rest = take_rest(hubs);
    for (const auto& [hub, collected] : hubs) {
        auto group = sum_up(compute_class, hub, collected);
        if (!group) return fail(group.error());
        out.groups.push_back(std::move(*group));
    }
    if (rest.holdings.empty()) return {};
    if (rest.providers.size() < kLeastProviders) {
        out.withheld.push_back(compute_class);
        return {};
    }
    auto group = sum_up(compute_class, std::nullopt, rest);
    if (!group) return fail(group.error());
    out.groups.push_back(std::move(*group));
    return {};
}

}  // namespace

Result<FoldedCapacity> fold_capacity(const std::vector<db::Holding>& holdings) {
    std::map<std::string, Hubs> classes;
    for (const db::Holding& holding : holdings) {
        Collected& collected = classes[holding.compute_class][holding.hub];
        collected.providers.insert(holding.provider);
        collected.holdings.push_back(&holding);
    }
    FoldedCapacity out;
    for (auto& [compute_class, hubs] : classes) {
        const auto folded = fold_class(out, compute_class, std::move(hubs));
        if (!folded) return fail(folded.error());
    }
    return out;
}

}  // namespace suanpan::services
