#pragma once

// Random values for tests that can be repeated (support/seed.hpp).

#include "support/seed.hpp"

#include <cstdint>
#include <limits>
#include <random>
#include <string>

namespace suanpan {

class Seeded {
 public:
    Seeded() : engine_(support::test_seed()) {}

    // Uniform in [low, high].
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
    }
    bool one_in(std::int64_t n) { return between(1, n) == 1; }

    // Of any magnitude: as many small values as large ones, and the two extremes often.
    std::int64_t any_int64() {
        using Limits = std::numeric_limits<std::int64_t>;
        if (one_in(20)) return one_in(2) ? Limits::min() : Limits::max();
        const std::uint64_t bits = engine_() >> between(0, 63);
        return static_cast<std::int64_t>(one_in(2) ? bits : ~bits);
    }
    std::int64_t any_non_negative() {
        const std::int64_t value = any_int64();
        return value < 0 ? ~value : value;
    }

    std::string bytes(std::int64_t count) {
        std::string out;
        for (std::int64_t i = 0; i < count; ++i)
            out.push_back(static_cast<char>(between(-128, 127)));
        return out;
    }

 private:
    std::mt19937_64 engine_;
};

}  // namespace suanpan
