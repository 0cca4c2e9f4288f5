#include "matching/calendar.hpp"

#include "base/check.hpp"

namespace suanpan::matching {

Calendar::Calendar(Lots registered) : registered_(registered) {
    CHECK(registered.value >= 0);
}

Lots Calendar::minimum(const Window& window) const {
    return matching::minimum(steps_, registered_, window);
}

void Calendar::reserve(const Window& window, Lots lots) {
    CHECK(lots.value > 0);
    CHECK(minimum(window) >= lots);
    add(steps_, registered_, window, Lots(-lots.value));
}

void Calendar::release(const Window& window, Lots lots) {
    CHECK(lots.value > 0);
    add(steps_, registered_, window, lots);
    CHECK(highest(steps_, registered_) <= registered_);
}

}  // namespace suanpan::matching
