#pragma once

// Storage by number: places are used again, last freed first, and never move. Grows by doubling
// without copying; after warm-up nothing is allocated.

#include "base/check.hpp"
#include "base/pages.hpp"
#include "matching/list.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace suanpan::matching {

// All cache lines of what lies there.
inline void prefetch_lines(const void* what, std::size_t bytes) {
    constexpr std::size_t kLine = 64;
    for (std::size_t at = 0; at < bytes; at += kLine)
        __builtin_prefetch(static_cast<const std::byte*>(what) + at, 1);
}

template <typename T>
class Slab {
 public:
    Slab() : pages_(kLimit * sizeof(T)), items_(static_cast<T*>(pages_.data())) {}
    Slab(const Slab&) = delete;
    Slab& operator=(const Slab&) = delete;
    ~Slab() { std::destroy_n(items_, size_); }

    [[nodiscard]] T& operator[](std::uint32_t number) { return items_[number]; }
    [[nodiscard]] const T& operator[](std::uint32_t number) const { return items_[number]; }

    // A new place is as T() makes it; in one used again there is what was there before.
    std::uint32_t take() {
        if (free_.empty()) [[unlikely]]
            return add();
        const std::uint32_t number = free_.back();
        free_.pop_back();
        return number;
    }
    // The place that a take() soon after will most likely give is wanted: `with` is told its
    // number.
    template <typename With>
    void prefetch_next(const With& with) const {
        constexpr std::size_t kAhead = 3;
        if (free_.size() < kAhead) return;
        const std::uint32_t next = free_[free_.size() - kAhead];
        __builtin_prefetch(&items_[next], 1);
        with(next);
    }
    void give(std::uint32_t number) { free_.push_back(number); }
    // So many more places are there, and their memory is the process's already.
    void reserve(std::uint32_t count) {
        pages_.grow_to((size_ + std::size_t{count}) * sizeof(T));
        std::vector<std::uint32_t> taken(count);
        for (std::uint32_t& number : taken)
            number = add();
        for (auto number = taken.rbegin(); number != taken.rend(); ++number)
            free_.push_back(*number);
    }

    // All places up to `number` are there; for a table without a list of free places of its own.
    void cover(std::uint32_t number) {
        while (number >= size_) [[unlikely]]
            add();
    }

    // So many places are there.
    void reserve_to(std::uint32_t count) {
        pages_.grow_to(count * sizeof(T));
        if (count > 0) cover(count - 1);
    }

    // Places ever taken: numbers are below it.
    [[nodiscard]] std::uint32_t size() const { return size_; }
    // Bytes of the places.
    [[nodiscard]] std::size_t memory() const { return size_ * sizeof(T); }

 private:
    static constexpr std::size_t kLimit = std::size_t{1} << 26U;

    [[gnu::noinline]] std::uint32_t add() {
        CHECK(size_ < kLimit);
        pages_.grow_to((size_ + std::size_t{1}) * sizeof(T));
        std::construct_at(items_ + size_);
        return size_++;
    }

    GrowingPages pages_;
    T* items_;
    List<std::uint32_t> free_;
    std::uint32_t size_ = 0;
};

// Things that are made once, stay where they are, and are few enough for an allocation each.
template <typename T>
class Stable {
 public:
    template <typename... Arguments>
    T& add(Arguments&&... arguments) {
        items_.push_back(std::make_unique<T>(std::forward<Arguments>(arguments)...));
        return *items_.back();
    }
    [[nodiscard]] T& operator[](std::uint32_t number) { return *items_[number]; }
    [[nodiscard]] const T& operator[](std::uint32_t number) const { return *items_[number]; }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(items_.size()); }
    template <typename Visit>
    void for_each(const Visit& visit) const {
        for (const auto& item : items_)
            visit(*item);
    }

 private:
    std::vector<std::unique_ptr<T>> items_;
};

}  // namespace suanpan::matching
