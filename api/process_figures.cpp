#include "api/process_figures.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace suanpan::api {

namespace {

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ProcessFigures::ProcessFigures(prometheus::Registry& registry)
    : cpu_seconds_(
          gauge(registry, "process_cpu_seconds_total", "User and system time of the process")),
      resident_bytes_(gauge(registry, "process_resident_memory_bytes", "Resident memory")),
      open_files_(gauge(registry, "process_open_fds", "Open file descriptors")),
      max_files_(gauge(registry, "process_max_fds", "Most open file descriptors")),
      started_(gauge(registry, "process_start_time_seconds", "Start, Unix time")) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    started_.Set(std::chrono::duration<double>(now).count());
}

void ProcessFigures::set() {
    rusage used{};
    if (getrusage(RUSAGE_SELF, &used) == 0)
        cpu_seconds_.Set(seconds(used.ru_utime) + seconds(used.ru_stime));
    std::int64_t pages = 0;
    std::int64_t resident = 0;
    if (std::ifstream("/proc/self/statm") >> pages >> resident)
        resident_bytes_.Set(static_cast<double>(resident) *
                            static_cast<double>(sysconf(_SC_PAGESIZE)));
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) max_files_.Set(static_cast<double>(files.rlim_cur));
    std::error_code error;
    std::int64_t open = 0;
    const std::filesystem::directory_iterator end;
    for (auto file = std::filesystem::directory_iterator("/proc/self/fd", error);
         !error && file != end; file.increment(error))
        ++open;
    if (!error) open_files_.Set(static_cast<double>(open));
}

}  // namespace suanpan::api
