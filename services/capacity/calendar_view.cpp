#include "services/capacity/calendar_view.hpp"

#include <algorithm>
#include <map>

namespace suanpan::services {

std::vector<matching::Step> free_lots(Lots registered,
                                      const std::vector<db::Occupation>& occupations,
                                      const Window& window) {
    std::map<Time, std::int64_t> changes;
    changes[window.start] = 0;
    for (const db::Occupation& taken : occupations) {
        const Time start = std::max(taken.window.start, window.start);
        const Time end = std::min(taken.window.end, window.end);
        if (start >= end) continue;
        changes[start] -= taken.lots.value;
        if (end < window.end) changes[end] += taken.lots.value;
    }
    std::vector<matching::Step> steps;
    std::int64_t free = registered.value;
    for (const auto& [time, change] : changes) {
        free += change;
        if (steps.empty() || steps.back().lots.value != free) steps.push_back({time, Lots(free)});
    }
    return steps;
}

}  // namespace suanpan::services
