#pragma once

// xorshift64* (Vigna 2016): the one source of chance of the benchmarks. The same seed gives the
// same messages on every machine.

#include <cstdint>

namespace suanpan::bench {

class Xorshift {
 public:
    explicit Xorshift(std::uint64_t seed = 88'172'645'463'325'252ULL) : state_(seed) {}

    std::uint64_t next() {
        state_ ^= state_ >> 12U;
        state_ ^= state_ << 25U;
        state_ ^= state_ >> 27U;
        return state_ * 0x2545F4914F6CDD1DULL;
    }
    // 0 to n − 1. REQUIRES n > 0.
    std::uint32_t below(std::uint32_t n) {
        return static_cast<std::uint32_t>(((next() >> 32U) * n) >> 32U);
    }
    bool top_bit() { return (next() >> 63U) != 0; }

 private:
    std::uint64_t state_;
};

}  // namespace suanpan::bench
