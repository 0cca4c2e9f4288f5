#pragma once

// What a commit of the market's writer was, for who watches over it. Apart from the loop's own
// header: who submits commands has no use for it.

#include <chrono>
#include <cstdint>

namespace suanpan::services {

struct CommitFigures {
    std::int64_t commands = 0;         // that it brought into the log
    std::chrono::nanoseconds took{0};  // its transaction, until the database had confirmed it
};

}  // namespace suanpan::services
