// Loaded into suanpand by LD_PRELOAD: the wall clock runs faster and can be set, the disk of the
// tiles can be full, every fsync can take its time. What the program sees is what the kernel would
// tell it on such a machine; nothing of the program is changed.

#include "tests/chaos/unkind_world.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <string_view>

namespace {

using suanpan::chaos::UnkindWorld;

constexpr std::int64_t kNs = 1'000'000'000;

const UnkindWorld* open_world() {
    const char* path = std::getenv(suanpan::chaos::kUnkindWorldVariable);
    if (path == nullptr) return nullptr;
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return nullptr;
    void* page = ::mmap(nullptr, sizeof(UnkindWorld), PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    return page == MAP_FAILED ? nullptr : static_cast<const UnkindWorld*>(page);
}

const UnkindWorld* world() {
    static const UnkindWorld* const kWorld = open_world();
    return kWorld;
}

bool is_full(int descriptor) {
    if (world() == nullptr || world()->disk_full.load() == 0) return false;
    std::array<char, 64> link{};
    std::array<char, PATH_MAX> path{};
    constexpr std::string_view kFolder = "/proc/self/fd/";
    kFolder.copy(link.data(), kFolder.size());
    std::size_t at = kFolder.size();
    std::array<char, 16> digits{};
    std::size_t count = 0;
    for (int rest = descriptor; rest > 0 || count == 0; rest /= 10)
        digits.at(count++) = static_cast<char>('0' + rest % 10);
    while (count > 0)
        link.at(at++) = digits.at(--count);
    const ssize_t length = ::readlink(link.data(), path.data(), path.size());
    if (length <= 0) return false;
    const std::string_view name(path.data(), static_cast<std::size_t>(length));
    return name.find("/tiles/") != std::string_view::npos;
}

}  // namespace

// The names and types are those of the C library.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
    const auto got = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
    if (got != 0 || clock != CLOCK_REALTIME || world() == nullptr) return got;
    const std::int64_t now =
        suanpan::chaos::believed_ns(*world(), time->tv_sec * kNs + time->tv_nsec);
    time->tv_sec = now / kNs;
    time->tv_nsec = now % kNs;
    return got;
}

ssize_t write(int descriptor, const void* bytes, std::size_t count) {
    if (is_full(descriptor)) {
        errno = ENOSPC;
        return -1;
    }
    return ::syscall(SYS_write, descriptor, bytes, count);
}

int fsync(int descriptor) {
    if (world() != nullptr && world()->sync_delay_us.load() > 0) {
        timespec pause{0, world()->sync_delay_us.load() * 1'000L};
        ::nanosleep(&pause, nullptr);
    }
    return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
