#pragma once

// Storage by number: places are used again, last freed first, and never move. Grows by doubling
// without copying; after warm-up nothing is allocated.

#include "base/check.hpp"
#include "base/pages.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace suanpan::matching {

template <typename T>
class Slab {
 public:
    Slab() = default;
    Slab(const Slab&) = delete;
    Slab& operator=(const Slab&) = delete;
    ~Slab() {
        for (std::uint32_t number = 0; number < size_; ++number)
            (*this)[number].~T();
        for (std::size_t k = 0; k < chunks_.size() && chunks_[k].memory != nullptr; ++k)
            free_pages(chunks_[k].memory, bytes_of(k));
    }

    [[nodiscard]] T& operator[](std::uint32_t number) { return *place(number); }
    [[nodiscard]] const T& operator[](std::uint32_t number) const { return *place(number); }

    // A new place is as T() makes it; in one used again there is what was there before.
    std::uint32_t take() {
        if (!free_.empty()) {
            const std::uint32_t number = free_.back();
            free_.pop_back();
            return number;
        }
        CHECK(size_ < kLimit);
        const std::size_t k = chunk_of(size_);
        if (chunks_[k].memory == nullptr) {
            chunks_[k].memory = static_cast<T*>(allocate_pages(bytes_of(k)));
            chunks_[k].first = first_of(k);
        }
        new (place(size_)) T();
        return size_++;
    }
    void give(std::uint32_t number) { free_.push_back(number); }
    // So many more places are there, and their memory is the process's already.
    void reserve(std::uint32_t count) {
        std::vector<std::uint32_t> taken(count);
        for (std::uint32_t& number : taken)
            number = take();
        free_.insert(free_.end(), taken.rbegin(), taken.rend());
    }

    // Places ever taken: numbers are below it.
    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] std::size_t memory() const {
        return size_ * sizeof(T) + free_.capacity() * sizeof(std::uint32_t);
    }

 private:
    // Chunk 0 has 256 places, each later one as many as all before it.
    static constexpr int kFirstBits = 8;
    static constexpr std::uint32_t kLimit = 0x80000000;
    struct Chunk {
        T* memory = nullptr;
        std::uint32_t first = 0;
    };

    static std::size_t chunk_of(std::uint32_t number) {
        return static_cast<std::size_t>(std::bit_width(number >> kFirstBits));
    }
    static std::uint32_t first_of(std::size_t k) {
        return k == 0 ? 0 : std::uint32_t{1} << (kFirstBits + static_cast<int>(k) - 1);
    }
    static std::size_t bytes_of(std::size_t k) {
        return (k == 0 ? std::size_t{1} << kFirstBits : std::size_t{first_of(k)}) * sizeof(T);
    }
    [[nodiscard]] T* place(std::uint32_t number) const {
        const Chunk& chunk = chunks_[chunk_of(number)];
        return chunk.memory + (number - chunk.first);
    }

    std::array<Chunk, 32 - kFirstBits> chunks_;
    std::vector<std::uint32_t> free_;
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
