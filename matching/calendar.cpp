#include "matching/calendar.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace suanpan::matching {

Calendar::Calendar(Lots registered) : registered_(registered), before_(registered) {
    CHECK(registered.value >= 0);
}

Window Calendar::known(const Window& window) const {
    return {std::max(window.start, begin_), window.end};
}

Lots Calendar::find_minimum(const Window& window) const {
    const std::size_t first = first_from(steps_, window.start);
    recent_ = static_cast<std::uint32_t>(first);
    return minimum_from(steps_, before_, window, first);
}

void Calendar::reserve_anywhere(const Window& window, Lots lots) {
    CHECK(lots.value > 0 && window.start < window.end);
    const Window part = known(window);
    if (part.start >= part.end) return;
    const Lots left = add(steps_, before_, part, Lots(-lots.value));
    if (left.value < 0) [[unlikely]]
        add(steps_, before_, part, lots);
    CHECK(left.value >= 0);
}

void Calendar::release(const Window& window, Lots lots) {
    CHECK(lots.value > 0 && window.start < window.end);
    const Window part = known(window);
    if (part.start >= part.end) return;
    add(steps_, before_, part, lots);
    CHECK(highest(steps_, before_) <= registered_);
}

void Calendar::forget_past(Time now) {
    constexpr std::size_t kMany = 64;
    if (steps_.size() < kMany) return;
    const auto next = std::upper_bound(steps_.begin(), steps_.end(), now,
                                       [](Time t, const Step& step) { return t < step.from; });
    if (next - steps_.begin() < std::ptrdiff_t{kMany}) return;
    before_ = std::prev(next)->lots;
    begin_ = now;
    steps_.erase(steps_.begin(), next);
}

}  // namespace suanpan::matching
