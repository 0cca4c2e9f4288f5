#pragma once

// What one side's meters say about one billing window. Private to settlement/.

#include "base/units.hpp"
#include "settlement/chain.hpp"

#include <cstdint>
#include <vector>

namespace suanpan::settlement {

struct WindowSums {
    std::int64_t lot_us = 0;  // never above int64: sums stop there, whatever their order
    std::int64_t busy_us = 0;
    bool spoke = false;  // a reading reaches into the window
    bool estimated = false;
    std::vector<Window> covered;    // by linked readings; ascending, apart from each other
    std::vector<LogIndex> indices;  // ascending, distinct

    // The part of a segment that lies in `window`. REQUIRES that they overlap.
    // Parts are differences of the line rounded down, so they sum to the segment's whole.
    void add(const Segment& segment, const Window& window);
    void add(const WindowSums& other);
    [[nodiscard]] bool covers(const Window& window) const;
};

void insert_index(std::vector<LogIndex>& indices, LogIndex index);

}  // namespace suanpan::settlement
