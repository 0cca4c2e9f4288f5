#pragma once

// Lanes sorted into rows of bits, 64 lanes a word, so that those which a price or a time rules out
// are passed a word at a time. A row may name too many lanes, never too few: what it names is then
// looked at.
// Inside of matching/ only.

#include "matching/reach.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace suanpan::matching {

// Lanes as bits.
using LaneBits = std::vector<std::uint64_t>;

// Of a row: there is room for one lane more.
inline std::size_t words_of(std::size_t lanes) {
    return lanes / 64 + 1;
}

inline void set_bit(LaneBits& bits, std::uint32_t lane, bool on) {
    const std::uint64_t bit = std::uint64_t{1} << (lane % 64);
    std::uint64_t& word = bits[lane / 64];
    word = on ? word | bit : word & ~bit;
}

// By best price. Prices are cut into classes some 3 to 6 % wide; a class's row names the lanes of
// that class or of a better one.
class PriceRows {
 public:
    // Lanes are numbered from 0; a new one is in no row.
    void add_lane() {
        classes_.push_back(kNoClass);
        if (none_.size() == words_of(classes_.size())) return;
        none_.push_back(0);
        for (LaneBits& row : rows_)
            row.push_back(0);
    }
    // The better, the lower.
    void set_best(std::uint32_t lane, std::int64_t price) {
        const int to = class_of(price);
        if (classes_[lane] != to) [[unlikely]]
            move(lane, to);
    }
    // Names all lanes of this price or a better one.
    [[nodiscard]] const std::uint64_t* up_to(std::int64_t price) const {
        const std::int64_t at = std::int64_t{class_of(price)} - first_;
        if (rows_.empty() || at < 0) return none_.data();
        return rows_[std::min(static_cast<std::size_t>(at), rows_.size() - 1)].data();
    }

 private:
    static constexpr int kNoClass = std::numeric_limits<int>::max();

    static int class_of(std::int64_t price) {
        if (price < 0) return -class_of(-price);
        constexpr int kShown = 5;  // leading bits
        const auto value = static_cast<std::uint64_t>(price);
        const int shift = static_cast<int>(std::bit_width(value)) - kShown;
        if (shift <= 0) return static_cast<int>(value);
        return (shift << (kShown - 1)) + static_cast<int>(value >> shift);
    }
    void move(std::uint32_t lane, int to);

    std::vector<LaneBits> rows_;  // of the classes from `first_` on
    int first_ = 0;
    LaneBits none_;             // a row of no lanes
    std::vector<int> classes_;  // by lane
};

// By the parts of the time that a lane's orders touch, see Reach.
class TimeRows {
 public:
    void add_lane() {
        parts_.push_back(0);
        if (rows_.front().size() == words_of(parts_.size())) return;
        for (LaneBits& row : rows_)
            row.push_back(0);
    }
    void add(std::uint32_t lane, std::uint64_t parts) {
        const std::uint64_t more = parts & ~parts_[lane];
        if (more != 0) [[unlikely]]
            set(lane, more, true);
    }
    void clear(std::uint32_t lane) { set(lane, parts_[lane], false); }

    // Each row names all lanes whose orders touch one of the parts; a taker that needs fewer parts
    // gets a row twice, and of more than these only some.
    using Some = std::array<const std::uint64_t*, 2>;
    // REQUIRES that there is a part.
    [[nodiscard]] Some touching(std::uint64_t parts) const {
        const auto first = static_cast<std::size_t>(std::countr_zero(parts));
        const auto last = static_cast<std::size_t>(63 - std::countl_zero(parts));
        return {rows_[first].data(), rows_[last].data()};
    }

 private:
    void set(std::uint32_t lane, std::uint64_t parts, bool on) {
        parts_[lane] = on ? parts_[lane] | parts : parts_[lane] & ~parts;
        for (; parts != 0; parts &= parts - 1)
            set_bit(rows_[static_cast<std::size_t>(std::countr_zero(parts))], lane, on);
    }

    std::array<LaneBits, 64> rows_;
    std::vector<std::uint64_t> parts_;  // by lane
};

}  // namespace suanpan::matching
