#pragma once

// Whether the machine gives its processors in full: a virtual machine has neighbours. A p99 cannot
// be better than what the slowest hundredth of its time allows.

#include <cstdint>
#include <thread>

namespace suanpan::bench {

class ProcessorWatch {
 public:
    ProcessorWatch();  // looks from now on, with about a hundredth of one processor
    ProcessorWatch(const ProcessorWatch&) = delete;
    ProcessorWatch& operator=(const ProcessorWatch&) = delete;

    // Ends the watch. Of its samples, one every 2 ms, those in which the same piece of work took
    // more than twice the time of the quickest, in per cent. A sample in which this machine ran
    // something else instead does not count; its interrupts do. REQUIRES to be called once.
    [[nodiscard]] double slow_percent();

 private:
    void run(const std::stop_token& stop);

    std::int64_t samples_ = 0;
    std::int64_t slow_ = 0;
    std::jthread thread_;  // last: it uses the others
};

}  // namespace suanpan::bench
