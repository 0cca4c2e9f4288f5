#include "apps/suanpan-meter/clock.hpp"

#include "apps/suanpan-meter/text_file.hpp"

#include <sys/timex.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

namespace suanpan::meter {
namespace {

constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";
// Two readings of the monotonic clock this close make the one of the wall clock between them good.
constexpr std::int64_t kCloseUs = 100;
constexpr int kMostReadings = 8;

std::int64_t read_us(::clockid_t clock) {
    ::timespec time{};
    ::clock_gettime(clock, &time);
    return time.tv_sec * kMicro + time.tv_nsec / 1'000;
}

::sigset_t ending_signals() {
    ::sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    return set;
}

}  // namespace

SystemClock::SystemClock() : boot_(read_word(kBootId).value_or("")) {
    const ::sigset_t set = ending_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Moment SystemClock::now() {
    Moment moment;
    moment.boot = boot_;
    for (int i = 0; i < kMostReadings; ++i) {
        const std::int64_t before = read_us(CLOCK_MONOTONIC);
        moment.wall_us = read_us(CLOCK_REALTIME);
        moment.awake_us = read_us(CLOCK_MONOTONIC);
        if (moment.awake_us - before <= kCloseUs) break;
    }
    return moment;
}

bool SystemClock::wait_us(std::int64_t us) {
    const std::int64_t end = read_us(CLOCK_MONOTONIC) + std::max<std::int64_t>(us, 0);
    const ::sigset_t set = ending_signals();
    while (!asked_to_end_) {
        const std::int64_t left = std::max<std::int64_t>(end - read_us(CLOCK_MONOTONIC), 0);
        const ::timespec pause{left / kMicro, left % kMicro * 1'000};
        const int signal = ::sigtimedwait(&set, nullptr, &pause);
        if (signal == SIGTERM || signal == SIGINT)
            asked_to_end_ = true;
        else if (errno == EAGAIN)
            return true;
    }
    return false;
}

std::optional<ClockError> read_clock_error() {
    ::timex about{};
    const int state = ::adjtimex(&about);
    if (state < 0) return std::nullopt;
    ClockError error;
    error.synchronised = state != TIME_ERROR && (about.status & STA_UNSYNC) == 0;
    error.max_error_us = about.maxerror;
    return error;
}

}  // namespace suanpan::meter
