#include "matching/starts.hpp"

#include "base/time.hpp"

#include <algorithm>

namespace suanpan::matching {

Starts::Starts(const Window& window, Duration duration, Duration grid, Time now)
    : first_(std::max(window.start, ceil_to_grid(now, grid))),
      last_(window.end.value - duration.value),
      duration_(duration),
      grid_(grid) {
    add_start(first_);
}

void Starts::add(const Steps& steps) {
    for (const Step& step : steps)
        add_change(step.from);
}

void Starts::add(const Window& window) {
    add_change(window.start);
    add_change(window.end);
}

void Starts::add_change(Time time) {
    // From here on the window no longer sees what was before the change …
    add_start(ceil_to_grid(time, grid_));
    // … and from here on its end sees what comes after it.
    const Time reaches(time.value - duration_.value);
    add_start(Time(floor_to_grid(reaches, grid_).value + grid_.value));
}

void Starts::add_start(Time start) {
    if (first_ <= start && start <= last_) starts_.push_back(start);
}

std::vector<Time> Starts::take() {
    std::sort(starts_.begin(), starts_.end());
    starts_.erase(std::unique(starts_.begin(), starts_.end()), starts_.end());
    return std::move(starts_);
}

}  // namespace suanpan::matching
