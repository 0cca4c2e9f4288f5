#pragma once

// What the server under test believes of the clock and the disk: one page of shared memory, which
// the harness writes and the library that is loaded into the server (tests/chaos-preload) reads.
// Its layout is between these two alone, which are built together.

#include <atomic>
#include <cstdint>

namespace suanpan::chaos {

/// The variable that names the file to map.
inline constexpr const char* kUnkindWorldVariable = "SUANPAN_UNKIND_WORLD";

struct UnkindWorld {
    std::int64_t origin_ns;                   ///< when believed and true time were equal
    std::int64_t speed;                       ///< believed seconds in a true one, at least 1
    std::atomic<std::int64_t> step_ns;        ///< by how much the clock was set forwards, or back
    std::atomic<std::int32_t> disk_full;      ///< 1: files below a folder "tiles" take no byte more
    std::atomic<std::int32_t> sync_delay_us;  ///< of every fsync
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

inline std::int64_t believed_ns(const UnkindWorld& world, std::int64_t true_ns) {
    return world.origin_ns + (true_ns - world.origin_ns) * world.speed + world.step_ns.load();
}

}  // namespace suanpan::chaos
