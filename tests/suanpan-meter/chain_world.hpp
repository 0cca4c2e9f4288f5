#pragma once

// A lease, a meter, and samples of them at chosen moments.

#include "apps/suanpan-meter/reading_maker.hpp"

#include <cstdint>
#include <string>

namespace suanpan::meter {

inline LeaseId some_lease(std::uint8_t number = 9) {
    LeaseId id;
    id.bytes[15] = number;
    return id;
}
inline MeterId some_meter(std::uint8_t number = 7) {
    MeterId id;
    id.bytes[15] = number;
    return id;
}

// An hour's start.
inline constexpr std::int64_t kBegin = 1'800'000'000;
static_assert(kBegin % kSecondsPerHour == 0);

// Seconds after kBegin on both clocks.
inline Moment moment_at(std::int64_t second) {
    return {(kBegin + second) * kMicro, second * kMicro, "boot-1"};
}
inline Sample sample_at(std::int64_t second, std::int64_t busy_us = 0) {
    Sample sample;
    sample.moment = moment_at(second);
    sample.raw.busy_us = busy_us;
    return sample;
}
inline Window window_at(std::int64_t from, std::int64_t until) {
    return {Time(kBegin + from), Time(kBegin + until)};
}

}  // namespace suanpan::meter
