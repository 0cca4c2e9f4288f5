#pragma once

// A growing array of plain values for the hot path: to append is a comparison, a store and an
// addition, and the growth, which a warm engine never does, stays out of the callers' code.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace suanpan::matching {

template <typename T>
class List {
    static_assert(std::is_trivially_copyable_v<T>);

 public:
    List() = default;
    List(const List& other) { *this = other; }
    List(List&& other) noexcept { swap(other); }
    List& operator=(const List& other) {
        if (this == &other) return *this;
        clear();
        if (capacity() < other.size()) grow_to(other.size());
        end_ = std::copy(other.begin(), other.end(), begin_);
        return *this;
    }
    List& operator=(List&& other) noexcept {
        swap(other);
        return *this;
    }
    ~List() = default;

    [[gnu::always_inline]] void push_back(const T& item) {
        if (end_ == limit_) [[unlikely]]
            return grow_and_push(item);
        *end_++ = item;
    }
    void pop_back() {
        assert(!empty());
        --end_;
    }
    void clear() { end_ = begin_; }
    // REQUIRES size ≤ size().
    void shrink_to(std::size_t size) {
        assert(size <= this->size());
        end_ = begin_ + size;
    }

    [[nodiscard]] bool empty() const { return begin_ == end_; }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end_ - begin_); }
    [[nodiscard]] std::size_t capacity() const { return static_cast<std::size_t>(limit_ - begin_); }
    [[nodiscard]] T& operator[](std::size_t index) {
        assert(index < size());
        return begin_[index];
    }
    [[nodiscard]] const T& operator[](std::size_t index) const {
        assert(index < size());
        return begin_[index];
    }
    [[nodiscard]] T& front() { return (*this)[0]; }
    [[nodiscard]] T& back() { return (*this)[size() - 1]; }
    [[nodiscard]] const T& front() const { return (*this)[0]; }
    [[nodiscard]] const T& back() const { return (*this)[size() - 1]; }
    [[nodiscard]] T* data() { return begin_; }
    [[nodiscard]] const T* data() const { return begin_; }
    [[nodiscard]] T* begin() { return begin_; }
    [[nodiscard]] T* end() { return end_; }
    [[nodiscard]] const T* begin() const { return begin_; }
    [[nodiscard]] const T* end() const { return end_; }

    friend bool operator==(const List& a, const List& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }

 private:
    static constexpr std::size_t kFirst = 8;  // there are very many short ones

    void swap(List& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
        std::swap(limit_, other.limit_);
    }
    [[gnu::noinline]] void grow_and_push(T item) {  // by value: it may lie in the old memory
        grow_to(std::max(kFirst, size() + size() / 2));
        *end_++ = item;
    }
    void grow_to(std::size_t capacity) {
        auto wider = std::make_unique<T[]>(capacity);
        T* end = std::copy(begin_, end_, wider.get());
        memory_ = std::move(wider);
        begin_ = memory_.get();
        end_ = end;
        limit_ = begin_ + capacity;
    }

    std::unique_ptr<T[]> memory_;
    T* begin_ = nullptr;
    T* end_ = nullptr;
    T* limit_ = nullptr;
};

}  // namespace suanpan::matching
