#pragma once

// Storage by number: places are used again, last freed first, and never move. After warm-up
// nothing is allocated.

#include "base/check.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace suanpan::matching {

template <typename T>
class Slab {
 public:
    [[nodiscard]] T& operator[](std::uint32_t number) {
        return (*chunks_[number >> kBits])[number & kMask];
    }
    [[nodiscard]] const T& operator[](std::uint32_t number) const {
        return (*chunks_[number >> kBits])[number & kMask];
    }

    // What the place held before is still there.
    std::uint32_t take() {
        if (!free_.empty()) {
            const std::uint32_t number = free_.back();
            free_.pop_back();
            return number;
        }
        if ((size_ & kMask) == 0) {
            CHECK(size_ < kLimit);
            chunks_.push_back(std::make_unique<Chunk>());
        }
        return size_++;
    }
    void give(std::uint32_t number) { free_.push_back(number); }

    // Places ever taken: numbers are below it.
    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] std::size_t memory() const {
        return chunks_.size() * sizeof(Chunk) + free_.capacity() * sizeof(std::uint32_t);
    }

 private:
    static constexpr std::uint32_t kBits = 10;
    static constexpr std::uint32_t kMask = (1U << kBits) - 1;
    static constexpr std::uint32_t kLimit = 0xfffffc00;
    using Chunk = std::array<T, std::size_t{1} << kBits>;

    std::vector<std::unique_ptr<Chunk>> chunks_;
    std::vector<std::uint32_t> free_;
    std::uint32_t size_ = 0;
};

}  // namespace suanpan::matching
