#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

namespace suanpan::support {
namespace {

std::uint64_t seed_from(std::string_view text) {
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error != std::errc{} || end != text.data() + text.size()) {
        throw std::runtime_error("SUANPAN_SEED is not a number: " + std::string(text));
    }
    return seed;
}

std::uint64_t fresh_seed() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

}  // namespace

std::uint64_t test_seed() {
    const char* given = std::getenv("SUANPAN_SEED");
    const std::uint64_t seed = given != nullptr ? seed_from(given) : fresh_seed();
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::cout << (test != nullptr ? test->name() : "test") << ": SUANPAN_SEED=" << seed
              << std::endl;
    return seed;
}

}  // namespace suanpan::support
