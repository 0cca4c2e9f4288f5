#pragma once

// A pool's free lots as a step function of time (market §3).
// Selling k lots over [s, e) is possible exactly when the minimum over the window is at least k.

#include "base/units.hpp"
#include "matching/steps.hpp"

#include <vector>

namespace suanpan::matching {

class Calendar {
 public:
    // REQUIRES registered ≥ 0.
    explicit Calendar(Lots registered);

    [[nodiscard]] Lots registered() const { return registered_; }
    [[nodiscard]] Lots minimum(const Window& window) const;
    // REQUIRES minimum(window) ≥ lots; lots > 0. CHECKed: this is invariant 1.
    void reserve(const Window& window, Lots lots);
    // Gives back what was reserved. CHECKed never to exceed `registered`.
    void release(const Window& window, Lots lots);
    // Sorted by time, no two neighbours equal; before the first step all lots are free.
    [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }

 private:
    Lots registered_;
    Steps steps_;
};

}  // namespace suanpan::matching
