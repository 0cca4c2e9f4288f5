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
    [[nodiscard]] Lots minimum(const Window& window) const;
    // REQUIRES minimum(window) ≥ lots; lots > 0. CHECKed: this is invariant 1.
    void reserve(const Window& window, Lots lots);
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

    Lots registered_;
    Lots before_;                                           // free before the first step
    Time begin_{std::numeric_limits<std::int64_t>::min()};  // of what is known
    Steps steps_;
};

}  // namespace suanpan::matching
