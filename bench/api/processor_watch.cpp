#include "bench/api/processor_watch.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace suanpan::bench {
namespace {

using Monotonic = std::chrono::steady_clock;

constexpr int kSteps = 20'000;  // some 25 us
constexpr std::chrono::milliseconds kPause{2};

// How often the calling thread had to leave its processor to another.
std::int64_t times_displaced() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

// Nothing: another thread came in between.
std::optional<Monotonic::duration> time_of_work() {
    const std::int64_t displaced = times_displaced();
    const auto begin = Monotonic::now();
    std::uint64_t state = 1;
    for (int i = 0; i < kSteps; ++i) {
        state = state * 6'364'136'223'846'793'005U + (state >> 7U);
        asm volatile("" : "+r"(state));  // all of it, here
    }
    const auto took = Monotonic::now() - begin;
    if (times_displaced() != displaced) return std::nullopt;
    return took;
}

}  // namespace

ProcessorWatch::ProcessorWatch() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

double ProcessorWatch::slow_percent() {
    thread_.request_stop();
    thread_.join();
    return samples_ == 0 ? 0 : 100 * static_cast<double>(slow_) / static_cast<double>(samples_);
}

void ProcessorWatch::run(const std::stop_token& stop) {
    std::vector<Monotonic::duration> times;
    for (; !stop.stop_requested(); std::this_thread::sleep_for(kPause)) {
        if (const auto took = time_of_work()) times.push_back(*took);
    }
    if (times.empty()) return;
    const auto quickest = std::ranges::min(times);
    samples_ = std::ssize(times);
    slow_ = std::ranges::count_if(times, [&](auto took) { return took > 2 * quickest; });
}

}  // namespace suanpan::bench
