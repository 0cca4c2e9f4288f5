#include "services/background.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace suanpan::services {

namespace {

// A quarter of the time that others get while both want it: publishing must not fall behind.
constexpr int kNice = 6;

}  // namespace

void give_way() {
    if (setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice) != 0)
        spdlog::debug("a background thread keeps its priority: {}", std::strerror(errno));
}

}  // namespace suanpan::services
