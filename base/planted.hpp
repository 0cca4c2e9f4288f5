#pragma once

// Faults put in on purpose, one at a time, to see whether `./run chaos --break` notices each of
// them. Only a build with SUANPAN_PLANTS has them (cmake/suanpan_plants.cmake, which also names the
// files that do); in every other one `planted` is false before the compiler begins.

#include <string_view>

#ifdef SUANPAN_PLANTS
#include <cstdlib>
#endif

namespace suanpan {

#ifdef SUANPAN_PLANTS
// Whether it is the one that the variable SUANPAN_PLANT names.
inline bool planted(std::string_view fault) {
    static const char* const kChosen = std::getenv("SUANPAN_PLANT");
    return kChosen != nullptr && fault == kChosen;
}
#else
constexpr bool planted(std::string_view /*fault*/) {
    return false;
}
#endif

}  // namespace suanpan
