#pragma once

// The starts worth trying of a buy with a `duration` inside a wider window: those on the grid
// between which nothing that it would see changes. Inside of matching/ only.

#include "matching/steps.hpp"

#include <vector>

namespace suanpan::matching {

class Starts {
 public:
    // Not before `now`. None when the last possible start has passed.
    Starts(const Window& window, Duration duration, Duration grid, Time now);

    // What it would see changes at these moments.
    void add(const Steps& steps);
    void add(const Window& window);
    // In order of time, distinct.
    [[nodiscard]] std::vector<Time> take();

 private:
    void add_change(Time time);
    void add_start(Time start);

    Time first_;
    Time last_;
    Duration duration_;
    Duration grid_;
    std::vector<Time> starts_;
};

}  // namespace suanpan::matching
