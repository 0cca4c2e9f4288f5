#include "matching/steps.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace suanpan::matching {
namespace {

// Makes a step start at `time`, unless one does, without changing the function; `index` is that of
// the first step at or after it.
void split(Steps& steps, Lots before, Time time, std::size_t index) {
    if (index < steps.size() && steps[index].from == time) [[likely]]
        return;
    const Lots value = index == 0 ? before : steps[index - 1].lots;
    steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(index), Step{time, value});
}

// Removes the step at `index` if it repeats the value before it.
void join(Steps& steps, Lots before, std::size_t index) {
    const Lots previous = index == 0 ? before : steps[index - 1].lots;
    if (steps[index].lots == previous) [[unlikely]]
        steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(index));
}

}  // namespace

// Most functions are short.
std::size_t first_from(const Steps& steps, Time time) {
    constexpr std::size_t kShort = 16;
    if (steps.size() <= kShort) {
        std::size_t index = 0;
        while (index < steps.size() && steps[index].from < time)
            ++index;
        return index;
    }
    const auto at = std::lower_bound(steps.begin(), steps.end(), time,
                                     [](const Step& step, Time t) { return step.from < t; });
    return static_cast<std::size_t>(at - steps.begin());
}

Lots minimum(const Steps& steps, Lots before, const Window& window) {
    return minimum_from(steps, before, window, first_from(steps, window.start));
}

Lots minimum_from(const Steps& steps, Lots before, const Window& window, std::size_t index) {
    CHECK(window.start < window.end);
    Lots least = index == 0 ? before : steps[index - 1].lots;
    if (index < steps.size() && steps[index].from == window.start) least = steps[index++].lots;
    for (; index < steps.size() && steps[index].from < window.end; ++index)
        least = std::min(least, steps[index].lots);
    return least;
}

Lots add(Steps& steps, Lots before, const Window& window, Lots lots) {
    CHECK(window.start < window.end);
    const std::size_t first = first_from(steps, window.start);
    split(steps, before, window.start, first);
    Lots least(std::numeric_limits<std::int64_t>::max());
    std::size_t last = first;
    for (; last < steps.size() && steps[last].from < window.end; ++last) {
        // The one after the window goes on as it was.
        if (last + 1 == steps.size() || steps[last + 1].from > window.end) [[unlikely]]
            split(steps, before, window.end, last + 1);
        std::int64_t& value = steps[last].lots.value;
        CHECK(!__builtin_add_overflow(value, lots.value, &value));
        least = std::min(least, steps[last].lots);
    }
    // Inside, all values moved alike; only the two edges can have become equal to their neighbours.
    join(steps, before, last);
    join(steps, before, first);
    return least;
}

Lots lowest(const Steps& steps, Lots before) {
    for (const Step& step : steps)
        before = std::min(before, step.lots);
    return before;
}

Lots highest(const Steps& steps, Lots before) {
    for (const Step& step : steps)
        before = std::max(before, step.lots);
    return before;
}

bool has_run(const Steps& steps, Lots before, const Window& window, Duration least) {
    if (window.start >= window.end) return false;
    std::size_t index = first_from(steps, window.start);
    if (index < steps.size() && steps[index].from == window.start) ++index;
    bool inside = (index == 0 ? before : steps[index - 1].lots).value > 0;
    Time begin = window.start;
    for (; index < steps.size() && steps[index].from < window.end; ++index) {
        const bool positive = steps[index].lots.value > 0;
        if (positive && !inside) begin = steps[index].from;
        if (!positive && inside && steps[index].from.value - begin.value >= least.value)
            return true;
        inside = positive;
    }
    return inside && window.end.value - begin.value >= least.value;
}

}  // namespace suanpan::matching
