#include "base/pages.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <memory>
#include <new>

namespace suanpan {
namespace {

constexpr std::size_t kFirst = std::size_t{64} << 10U;
constexpr std::size_t kLargePage = std::size_t{2} << 20U;

std::size_t round_up(std::size_t bytes, std::size_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

}  // namespace

// Begins where a large page may begin.
GrowingPages::GrowingPages(std::size_t limit) : limit_(round_up(limit, kLargePage)) {
    room_ = ::mmap(nullptr, limit_ + kLargePage, PROT_NONE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room_ == MAP_FAILED) throw std::bad_alloc();
    std::size_t left = limit_ + kLargePage;
    data_ = room_;
    if (std::align(kLargePage, limit_, data_, left) == nullptr) throw std::bad_alloc();
}

GrowingPages::~GrowingPages() {
    ::munmap(room_, limit_ + kLargePage);
}

void GrowingPages::grow_to(std::size_t bytes) {
    if (bytes <= size_) return;
    if (bytes > limit_) throw std::bad_alloc();
    // Doubling, so that there are few calls; a small table does not take a large page.
    const std::size_t wanted = std::max({bytes, 2 * size_, kFirst});
    const std::size_t unit = wanted >= kLargePage ? kLargePage : kFirst;
    const std::size_t size = std::min(round_up(wanted, unit), limit_);
    if (::mprotect(data_, size, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
    // Only a wish: a system that refuses it gives ordinary pages.
    if (size >= kLargePage) static_cast<void>(::madvise(data_, size, MADV_HUGEPAGE));
    size_ = size;
}

}  // namespace suanpan
