#include "bench/ledger/measure.hpp"

#include <fmt/format.h>

namespace suanpan::bench {

bool Report::print() const {
    bool all_met = true;
    fmt::print("\n  {:<58}{:>16}   {:<22}\n", "", "measured", "goal");
    for (const Figure& figure : figures_) {
        fmt::print("  {:<58}{:>16}   {:<22}{}\n", figure.what, figure.value, figure.goal,
                   !figure.met           ? "MISSED"
                   : figure.goal.empty() ? ""
                                         : "met");
        all_met = all_met && figure.met;
    }
    return all_met;
}

}  // namespace suanpan::bench
