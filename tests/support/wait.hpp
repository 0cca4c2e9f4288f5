#pragma once

#include <chrono>
#include <thread>

namespace suanpan::support {

/// Asks until the answer is true, so many times at most with a pause between; gives the last one.
template <typename Ask>
bool wait_until(int times, std::chrono::milliseconds pause, Ask ask) {
    for (int i = 1; !ask(); ++i) {
        if (i >= times) return false;
        std::this_thread::sleep_for(pause);
    }
    return true;
}

}  // namespace suanpan::support
