#pragma once

// Pauses between attempts: each twice the one before, with jitter, so that the meters of a data
// centre do not come back all at once; never shorter than the server asked for.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

namespace suanpan::meter {

class Backoff {
 public:
    static constexpr std::int64_t kFirstMs = 500;
    static constexpr std::int64_t kLongestMs = 60'000;
    static constexpr std::int64_t kLongestAskedMs = 3'600'000;

    // `random` gives any number of 64 bits.
    explicit Backoff(std::function<std::uint64_t()> random) : random_(std::move(random)) {}

    std::int64_t next_ms(std::int64_t asked_ms = 0) {
        const std::int64_t half = pause_ms_ / 2;
        const auto jitter = static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(half));
        pause_ms_ = std::min(pause_ms_ * 2, kLongestMs);
        return std::max(half + jitter, std::min(asked_ms, kLongestAskedMs));
    }
    void reset() { pause_ms_ = kFirstMs; }

 private:
    std::function<std::uint64_t()> random_;
    std::int64_t pause_ms_ = kFirstMs;
};

}  // namespace suanpan::meter
