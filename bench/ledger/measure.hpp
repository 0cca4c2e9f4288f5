#pragma once

// What all parts of this benchmark share: clocks, and the line of the report that says whether a
// goal is met.

#include <chrono>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::bench {

using Monotonic = std::chrono::steady_clock;

inline double seconds_since(Monotonic::time_point begin) {
    return std::chrono::duration<double>(Monotonic::now() - begin).count();
}

// What this thread alone has used.
inline double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// One line of the table at the end.
struct Figure {
    std::string what;
    std::string value;
    std::string goal;  // empty: there is none
    bool met = true;
};

class Report {
 public:
    void add(std::string what, std::string value, std::string goal, bool met) {
        figures_.push_back({std::move(what), std::move(value), std::move(goal), met});
    }
    void tell(std::string what, std::string value) {
        figures_.push_back({std::move(what), std::move(value), "", true});
    }
    // Prints the table; true when every goal is met.
    [[nodiscard]] bool print() const;

 private:
    std::vector<Figure> figures_;
};

}  // namespace suanpan::bench
