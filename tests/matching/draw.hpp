#pragma once

// Draws worlds and commands at random: small ones, in which everything meets everything.

#include "tests/matching/player.hpp"

#include <cstdint>
#include <random>

namespace suanpan::matching::testing {

class Draw {
 public:
    explicit Draw(std::uint64_t seed) : random_(seed) {}

    Scene scene();
    // The next command to a world as it stands.
    Command command(const Comparison& world);

 private:
    std::int64_t number(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }
    bool one_in(std::int64_t n) { return number(1, n) == 1; }
    template <typename T>
    const T& one_of(const std::vector<T>& values) {
        return values[static_cast<std::size_t>(
            number(0, static_cast<std::int64_t>(values.size()) - 1))];
    }

    Window window(std::int64_t longest);
    OrderTerms terms(const Scene& scene);
    void buy(OrderTerms& terms);
    void sell(OrderTerms& terms, const Scene& scene);
    void at_market(OrderTerms& terms, const CallTerms& call);
    void place(Command& command, const Comparison& world);
    void change_order(Command& command, const Comparison& world);
    void change_pool(Command& command, const Comparison& world);
    void change_market(Command& command, const Comparison& world);
    void call(Command& command, const Comparison& world);

    std::mt19937_64 random_;
    Time now_;
    std::int64_t all_or_none_in_ = 8;
    std::uint32_t next_id_ = 1;
};

}  // namespace suanpan::matching::testing
