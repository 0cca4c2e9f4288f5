#pragma once

// Who runs the plain workload. A run sets itself up, then is timed over all messages from the first
// to the last, and says what it traded. Every run starts from nothing.

#include "bench/matching/cpu_clock.hpp"
#include "bench/matching/plain_messages.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace suanpan::bench {

struct PlainRun {
    Trades trades;
    std::chrono::nanoseconds time{0};
};

// The ratios of the report are to the reference and to the floor. A floor does not trade.
enum class Role : std::uint8_t { kBook, kReference, kFloor };

struct Contestant {
    std::string_view name;
    std::string_view what;
    PlainRun (*run)(const PlainWorkload&);
    Role role = Role::kBook;
};

PlainRun run_engine(const PlainWorkload& workload);
PlainRun run_engine_without_holds(const PlainWorkload& workload);
PlainRun run_engine_one_by_one(const PlainWorkload& workload);
PlainRun run_map_book(const PlainWorkload& workload);
PlainRun run_flat_book(const PlainWorkload& workload);
PlainRun run_floor(const PlainWorkload& workload);

// Processor time of `work(message)` over all messages.
template <typename Work>
std::chrono::nanoseconds time_messages(const PlainWorkload& workload, Work&& work) {
    const auto begin = cpu_now();
    for (const PlainMessage& message : workload.messages)
        work(message);
    return cpu_now() - begin;
}

}  // namespace suanpan::bench
