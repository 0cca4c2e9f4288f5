#pragma once

// Memory for a large table that grows in place and is read at random. Room is set aside in the
// address space and becomes memory as it is used; the system is asked for large pages, which spare
// a walk through the page table at nearly every access.

#include <cstddef>

namespace suanpan {

class GrowingPages {
 public:
    // REQUIRES 0 < limit. Throws std::bad_alloc when there is no such room.
    explicit GrowingPages(std::size_t limit);
    ~GrowingPages();
    GrowingPages(const GrowingPages&) = delete;
    GrowingPages& operator=(const GrowingPages&) = delete;

    [[nodiscard]] void* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    // At least `bytes` may be used, zero at first. What is there stays where it is. Throws
    // std::bad_alloc beyond the limit, or when there is no memory.
    void grow_to(std::size_t bytes);

 private:
    void* room_ = nullptr;
    void* data_ = nullptr;
    std::size_t limit_ = 0;
    std::size_t size_ = 0;
};

}  // namespace suanpan
