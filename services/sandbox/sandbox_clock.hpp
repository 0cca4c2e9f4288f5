#pragma once

// The sandbox's clock: stands still until it is moved forward.

#include "base/result.hpp"
#include "services/clock.hpp"

#include <atomic>
#include <cstdint>

namespace suanpan::services {

// Thread-safe.
class SandboxClock final : public Clock {
 public:
    explicit SandboxClock(Time start) : now_(start.value) {}

    [[nodiscard]] Time now() const override { return Time(now_.load()); }
    // Error `clock_backwards`.
    Result<void> move_to(Time time);
    // At least `time`: a restarted server must not fall behind its log.
    void catch_up(Time time);

 private:
    std::atomic<std::int64_t> now_;
};

}  // namespace suanpan::services
