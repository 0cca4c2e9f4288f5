#pragma once

// Step functions of time as small sorted vectors: a pool's free lots, a sell's rest.
// `before` is the value before the first step; the last step's value holds for ever.
// Normal form: sorted by time, no step that repeats the value before it.

#include "base/units.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace suanpan::matching {

// From `from` on (until the next step) `lots` hold.
struct Step {
    Time from;
    Lots lots;
    friend auto operator<=>(const Step&, const Step&) = default;
};

using Steps = std::vector<Step>;

// Index of the first step at or after `time`.
[[nodiscard]] std::size_t first_from(const Steps& steps, Time time);
// The least value over the window. REQUIRES window.start < window.end.
[[nodiscard]] Lots minimum(const Steps& steps, Lots before, const Window& window);
// The same where `index` is first_from(steps, window.start).
[[nodiscard]] Lots minimum_from(const Steps& steps, Lots before, const Window& window,
                                std::size_t index);
// Adds `lots` (of either sign) over the window and keeps the normal form. Overflow is CHECKed.
// Gives the least value that the window has now.
Lots add(Steps& steps, Lots before, const Window& window, Lots lots);
// The least and the greatest value of the whole function.
[[nodiscard]] Lots lowest(const Steps& steps, Lots before);
[[nodiscard]] Lots highest(const Steps& steps, Lots before);
// Is there a run of at least `least` inside the window over which the value is never 0?
[[nodiscard]] bool has_run(const Steps& steps, Lots before, const Window& window, Duration least);

}  // namespace suanpan::matching
