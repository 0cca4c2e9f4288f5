#pragma once

// What the demo says while it works: one line a step with the time it took; on a terminal the
// line's end is rewritten while the step runs.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::demo {

struct StepTime {
    std::string name;
    std::int64_t ms = 0;
};

class Progress {
 public:
    Progress();

    // Ends the step that runs and begins another.
    void begin(std::string_view name);
    // Shown at once on a terminal; elsewhere only the last one of a step, when it ends.
    void note(std::string_view text);
    void end();
    [[nodiscard]] const std::vector<StepTime>& steps() const { return steps_; }

 private:
    using Clock = std::chrono::steady_clock;

    bool terminal_;
    std::string name_;
    std::string note_;
    Clock::time_point begun_;
    Clock::time_point shown_;
    std::vector<StepTime> steps_;
};

// "1,234,567" and "12.3 s".
std::string with_commas(std::int64_t number);
std::string seconds_text(std::int64_t ms);

}  // namespace suanpan::demo
