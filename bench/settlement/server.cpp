#include "bench/settlement/server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

namespace suanpan::bench {
namespace {

constexpr int kWaitMs = 120'000;
constexpr int kLookEveryMs = 20;

pid_t spawn(const std::vector<std::string>& words, const std::filesystem::path& log) {
    std::vector<std::string> kept = words;
    std::vector<char*> pointers;
    for (std::string& word : kept)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    pid_t process = 0;
    const int failed =
        posix_spawn(&process, pointers.front(), &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error("cannot start " + words.front());
    return process;
}

std::int64_t status_mib(const std::string& process, std::string_view field) {
    std::ifstream status("/proc/" + process + "/status");
    for (std::string word; status >> word;) {
        std::int64_t kib = 0;
        if (word == field && status >> kib) return kib / 1024;
    }
    return 0;
}

}  // namespace

Server::Server(const std::string& conninfo, const std::filesystem::path& folder,
               const std::string& log_level) {
    const auto port_file = folder / "port";
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "suanpand";
    process_ = spawn(
        {program.string(), "--database", conninfo, "--data", (folder / "data").string(), "--listen",
         "127.0.0.1:0", "--port-file", port_file.string(), "--log-level", log_level},
        folder / "suanpand.log");
    for (int waited = 0; waited < kWaitMs; waited += kLookEveryMs) {
        std::ifstream file(port_file);
        if (std::getline(file, port_) && !file.eof()) return;
        int status = 0;
        if (waitpid(process_, &status, WNOHANG) == process_) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(kLookEveryMs));
    }
    throw std::runtime_error("suanpand did not start: " + (folder / "suanpand.log").string());
}

Server::~Server() {
    kill(process_, SIGTERM);
    int status = 0;
    waitpid(process_, &status, 0);
}

double Server::cpu_seconds() const {
    std::ifstream stat(fmt::format("/proc/{}/stat", process_));
    std::string word;
    double ticks = 0;
    // Fields 14 and 15 (the name of the program has no blanks).
    for (int field = 1; field <= 15 && stat >> word; ++field) {
        if (field >= 14) ticks += std::stod(word);
    }
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::uint16_t Server::port() const {
    return static_cast<std::uint16_t>(std::stoi(port_));
}

std::int64_t peak_mib(const std::string& process) {
    return status_mib(process, "VmHWM:");
}

std::int64_t resident_mib(const std::string& process) {
    return status_mib(process, "VmRSS:");
}

void forget_peak(const std::string& process) {
    std::ofstream("/proc/" + process + "/clear_refs") << "5";
}

}  // namespace suanpan::bench
