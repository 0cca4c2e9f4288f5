#include "bench/ledger/program.hpp"

#include "bench/ledger/measure.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

namespace suanpan::bench {
namespace {

[[noreturn]] void raise(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

// What the kernel's rusage has as a child's peak is at least the parent's own, so it is asked for
// the memory that the program itself came to have. Nothing once it has ended.
std::optional<std::int64_t> peak_kib_of(pid_t process) {
    std::ifstream status(fmt::format("/proc/{}/status", process));
    for (std::string word; status >> word;) {
        std::int64_t kib = 0;
        if (word == "VmHWM:" && status >> kib) return kib;
    }
    return std::nullopt;
}

// Until the program has closed it; looks at its memory meanwhile.
void watch(pid_t process, int descriptor, ProgramRun& run) {
    constexpr int kLookEveryMs = 10;
    std::array<char, 4'096> part{};
    while (true) {
        pollfd ready{descriptor, POLLIN, 0};
        if (::poll(&ready, 1, kLookEveryMs) == 0) {
            run.peak_kib = std::max(run.peak_kib, peak_kib_of(process).value_or(0));
            continue;
        }
        const ssize_t count = ::read(descriptor, part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        run.output.append(part.data(), static_cast<std::size_t>(count));
    }
    ::close(descriptor);
}

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ProgramRun run_program(const std::string& name, const std::vector<std::string>& arguments) {
    const std::string path =
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
    std::vector<std::string> words{path};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);

    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) raise(errno, "pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    const auto begin = Monotonic::now();
    pid_t child = 0;
    const int error =
        posix_spawn(&child, path.c_str(), &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    if (error != 0) raise(error, "cannot run " + path);

    ProgramRun run;
    watch(child, pipe[0], run);
    int status = 0;
    rusage usage{};
    while (::wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR) raise(errno, "wait");
    }
    run.seconds = seconds_since(begin);
    run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    run.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    return run;
}

}  // namespace suanpan::bench
