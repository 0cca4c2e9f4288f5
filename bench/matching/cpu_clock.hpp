#pragma once

// The time that the calling thread had a processor: what a run costs, on a machine that others use
// as well.

#include <chrono>
#include <ctime>

namespace suanpan::bench {

inline std::chrono::nanoseconds cpu_now() {
    std::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace suanpan::bench
