#include "services/sandbox/sandbox_clock.hpp"

#include "base/time.hpp"

namespace suanpan::services {

Result<void> SandboxClock::move_to(Time time) {
    std::int64_t seen = now_.load();
    do {
        if (time.value < seen) {
            return fail("clock_backwards",
                        "the clock only moves forward; it is " + to_string(Time(seen)) + " now");
        }
    } while (!now_.compare_exchange_weak(seen, time.value));
    return {};
}

void SandboxClock::catch_up(Time time) {
    std::int64_t seen = now_.load();
    while (seen < time.value && !now_.compare_exchange_weak(seen, time.value)) {
    }
}

}  // namespace suanpan::services
