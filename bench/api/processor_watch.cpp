#include "bench/api/processor_watch.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

namespace suanpan::bench {
namespace {

constexpr int kSteps = 20'000;  // some 25 us
constexpr std::chrono::milliseconds kPause{2};

std::int64_t thread_time_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

std::int64_t time_of_work(std::uint64_t& state) {
    const std::int64_t begin = thread_time_ns();
    for (int i = 0; i < kSteps; ++i)
        state = state * 6'364'136'223'846'793'005U + (state >> 7U);
    return thread_time_ns() - begin;
}

}  // namespace

ProcessorWatch::ProcessorWatch() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

double ProcessorWatch::slow_share() {
    thread_.request_stop();
    thread_.join();
    return looked_ == 0 ? 0 : static_cast<double>(slow_) / static_cast<double>(looked_);
}

void ProcessorWatch::run(const std::stop_token& stop) {
    std::vector<std::int64_t> times;
    std::uint64_t state = 1;
    for (; !stop.stop_requested(); std::this_thread::sleep_for(kPause))
        times.push_back(time_of_work(state));
    // What was computed is looked at, so that it is computed.
    if (times.empty() || state == 0) return;
    const std::int64_t best = *std::ranges::min_element(times);
    looked_ = static_cast<std::int64_t>(times.size());
    slow_ = std::ranges::count_if(times, [best](std::int64_t time) { return time > 2 * best; });
}

}  // namespace suanpan::bench
