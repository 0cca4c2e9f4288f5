#include "apps/suanpan-meter/simulated_source.hpp"

#include "base/checked.hpp"

namespace suanpan::meter {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
}

std::int64_t share_of_time(std::int64_t us, std::int64_t factor, std::int64_t divisor) {
    return static_cast<std::int64_t>(Int128{us} * factor / divisor);
}

}  // namespace

void SimulatedSource::read(Sample& sample) {
    constexpr std::int64_t kLotWatts = 300;
    const std::int64_t us = sample.moment.awake_us;
    // A load of its own for each seed, 50 to 100 %.
    const auto busy_ppm = 500'000 + static_cast<std::int64_t>(mix(seed_) % 500'000);
    sample.raw.busy_us = share_of_time(us, busy_ppm * lots_.value, kPpm);
    sample.raw.energy_mj = share_of_time(us, kLotWatts * lots_.value, 1'000);
    sample.raw.net_in_b = share_of_time(us, 12, 10);
    sample.raw.net_out_b = share_of_time(us, 7, 10);
    const auto minute = static_cast<std::uint64_t>(us / (60 * kMicro));
    sample.gauges.memory_max_b = static_cast<std::int64_t>(
        (std::uint64_t{1} << 30U) + mix(seed_ ^ minute) % (std::uint64_t{1} << 30U));
}

}  // namespace suanpan::meter
