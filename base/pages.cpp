#include "base/pages.hpp"

#include <sys/mman.h>

#include <new>

namespace suanpan {
namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20U;
constexpr std::size_t kTwoLines = 128;

std::align_val_t alignment(std::size_t bytes) {
    return std::align_val_t(bytes >= kLargePage ? kLargePage : kTwoLines);
}

}  // namespace

void* allocate_pages(std::size_t bytes) {
    void* memory = ::operator new(bytes, alignment(bytes));
    // Only a wish: a system that refuses it gives ordinary pages.
    if (bytes >= kLargePage) static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
    return memory;
}

void free_pages(void* memory, std::size_t bytes) noexcept {
    ::operator delete(memory, alignment(bytes));
}

}  // namespace suanpan
