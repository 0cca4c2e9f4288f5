#pragma once

// What each commit of the market's writer was, for who watches over it. Apart from the loop's own
// header: who submits commands has no use for it.

#include <chrono>
#include <cstdint>
#include <functional>

namespace suanpan::services {

struct CommitFigures {
    std::int64_t commands = 0;         // that it brought into the log
    std::chrono::nanoseconds took{0};  // its transaction, until the database had confirmed it
};

// A process has one writer, and this one listener; an empty one listens no more. Called by the
// writer's thread or the core's after each commit: must not block. Thread-safe.
void measure_commits(std::function<void(const CommitFigures&)> listener);

// By the market's loop.
void tell_commit(const CommitFigures& commit);

}  // namespace suanpan::services
