#pragma once

// Memory for large tables that are read at random. The system is asked for large pages, which spare
// a walk through the page table at nearly every access; without them everything works the same.

#include <cstddef>

namespace suanpan {

// Aligned to 128 bytes at least; uninitialised. Throws std::bad_alloc.
void* allocate_pages(std::size_t bytes);
void free_pages(void* memory, std::size_t bytes) noexcept;

}  // namespace suanpan
