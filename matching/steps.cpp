#include "matching/steps.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace suanpan::matching {
namespace {

// The first step after `time`.
template <typename StepsType>
auto after(StepsType& steps, Time time) {
    return std::upper_bound(steps.begin(), steps.end(), time,
                            [](Time t, const Step& step) { return t < step.from; });
}

Lots value_at(const Steps& steps, Lots before, Time time) {
    const auto next = after(steps, time);
    return next == steps.begin() ? before : std::prev(next)->lots;
}

// Makes a step start at `time` without changing the function; gives its index.
std::size_t split(Steps& steps, Lots before, Time time) {
    const auto next = after(steps, time);
    const auto index = static_cast<std::size_t>(next - steps.begin());
    if (index > 0 && steps[index - 1].from == time) return index - 1;
    const Lots value = index == 0 ? before : steps[index - 1].lots;
    steps.insert(next, Step{time, value});
    return index;
}

// Removes the step at `index` if it repeats the value before it.
void join(Steps& steps, Lots before, std::size_t index) {
    const Lots previous = index == 0 ? before : steps[index - 1].lots;
    if (steps[index].lots == previous)
        steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(index));
}

}  // namespace

Lots minimum(const Steps& steps, Lots before, const Window& window) {
    CHECK(window.start < window.end);
    Lots least = value_at(steps, before, window.start);
    for (auto step = after(steps, window.start); step != steps.end() && step->from < window.end;
         ++step) {
        least = std::min(least, step->lots);
    }
    return least;
}

void add(Steps& steps, Lots before, const Window& window, Lots lots) {
    CHECK(window.start < window.end);
    const std::size_t first = split(steps, before, window.start);
    const std::size_t last = split(steps, before, window.end);
    for (std::size_t i = first; i < last; ++i) {
        const auto sum = checked_add(steps[i].lots.value, lots.value);
        CHECK(sum.has_value());
        steps[i].lots = Lots(*sum);
    }
    // Inside, all values moved alike; only the two edges can have become equal to their neighbours.
    join(steps, before, last);
    join(steps, before, first);
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
    bool inside = value_at(steps, before, window.start).value > 0;
    Time begin = window.start;
    for (auto step = after(steps, window.start); step != steps.end() && step->from < window.end;
         ++step) {
        const bool positive = step->lots.value > 0;
        if (positive && !inside) begin = step->from;
        if (!positive && inside && step->from.value - begin.value >= least.value) return true;
        inside = positive;
    }
    return inside && window.end.value - begin.value >= least.value;
}

}  // namespace suanpan::matching
