#pragma once

// How much of a while the machine did not give its processors in full: a virtual machine has
// neighbours. A p99 cannot be better than what the slowest hundredth of the time allows.

#include <cstdint>
#include <thread>

namespace suanpan::bench {

class ProcessorWatch {
 public:
    ProcessorWatch();  // watches from now on, with about a hundredth of one processor

    // The share, 0 to 1, of the moments looked at in which the same small piece of work took more
    // than twice the time that it takes at best. By the thread's own clock: moments in which others
    // of this machine run do not count. Ends the watch.
    [[nodiscard]] double slow_share();

 private:
    void run(const std::stop_token& stop);

    std::int64_t looked_ = 0;
    std::int64_t slow_ = 0;
    std::jthread thread_;  // last: it uses the others
};

}  // namespace suanpan::bench
