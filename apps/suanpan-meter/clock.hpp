#pragma once

// The machine's clocks, behind an interface that a test can set back.

#include <cstdint>
#include <optional>
#include <string>

namespace suanpan::meter {

inline constexpr std::int64_t kMicro = 1'000'000;

struct Moment {
    std::int64_t wall_us = 0;   // UTC since 1970; may be stepped by whoever sets the clock
    std::int64_t awake_us = 0;  // CLOCK_MONOTONIC: runs on evenly while the machine is awake
    std::string boot;           // of which `awake_us` counts
    friend bool operator==(const Moment&, const Moment&) = default;
};

class Clock {
 public:
    Clock() = default;
    virtual ~Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;

    virtual Moment now() = 0;
    // Waits that long, or until somebody asks the program to end: then false.
    virtual bool wait_us(std::int64_t us) = 0;
};

// Asked to end by SIGTERM or SIGINT, which it blocks: make it before any thread.
class SystemClock : public Clock {
 public:
    SystemClock();
    Moment now() override;
    bool wait_us(std::int64_t us) override;

 private:
    std::string boot_;
    bool asked_to_end_ = false;
};

// What the kernel says of its clock (adjtimex): the largest error it may have.
struct ClockError {
    bool synchronised = false;
    std::int64_t max_error_us = 0;
};
// Nothing where the kernel does not tell.
std::optional<ClockError> read_clock_error();

}  // namespace suanpan::meter
