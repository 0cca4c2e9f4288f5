#pragma once

// A pool's free lots as a step function of time (market §3).
// Selling k lots over [s, e) is possible exactly when the minimum over the window is at least k.

#include "base/units.hpp"
#include "matching/steps.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace suanpan::matching {

class Calendar {
 public:
    // REQUIRES registered ≥ 0.
    explicit Calendar(Lots registered);

    // It will be read.
    void prefetch() const { __builtin_prefetch(steps_.data()); }
    [[nodiscard]] Lots registered() const { return registered_; }
    [[nodiscard]] Lots minimum(const Window& window) const {
        if (is_step(window)) return steps_[recent_].lots;
        return find_minimum(window);
    }
    // REQUIRES minimum(window) ≥ lots; lots > 0. CHECKed: this is invariant 1.
    void reserve(const Window& window, Lots lots) {
        if (!reserve_step(window, lots)) reserve_anywhere(window, lots);
    }
    // Gives back what was reserved. CHECKed never to exceed `registered`.
    void release(const Window& window, Lots lots);
    // What was before `now` is not asked for any more. Once much of it has gathered it is dropped;
    // then only moments from `now` on count in what is reserved and released.
    void forget_past(Time now);
    // Sorted by time, no two neighbours equal; before the first step all lots are free, or as many
    // as when the past was dropped.
    [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }

 private:
    [[nodiscard]] Window known(const Window& window) const;
    [[nodiscard]] Lots find_minimum(const Window& window) const;
    void reserve_anywhere(const Window& window, Lots lots);

    // The window is that of the step asked for last, as it is when many want the same time.
    [[nodiscard]] bool is_step(const Window& window) const {
        const std::size_t next = std::size_t{recent_} + 1;
        return next < steps_.size() && steps_[recent_].from == window.start &&
               steps_[next].from == window.end;
    }
    // False, and nothing done, where it is not as simple as that.
    bool reserve_step(const Window& window, Lots lots) {
        if (lots.value <= 0 || window.start < begin_ || !is_step(window)) return false;
        Lots& free = steps_[recent_].lots;
        const Lots left(free.value - lots.value);
        const Lots before = recent_ == 0 ? before_ : steps_[recent_ - 1].lots;
        if (left.value < 0 || left == before || left == steps_[recent_ + 1].lots) return false;
        free = left;
        return true;
    }

    Lots registered_;
    Lots before_;                                           // free before the first step
    Time begin_{std::numeric_limits<std::int64_t>::min()};  // of what is known
    Steps steps_;
    mutable std::uint32_t recent_ = 0;  // where the last answer was found; it may be anything
};

}  // namespace suanpan::matching
