#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::support {

/// One of our programs, run by a test. Its standard output and error go to a file.
///
/// The program is killed when this object goes, and by the kernel when the thread that started it
/// ends (even by SIGKILL): no test leaves a process behind. So start it from the main thread.
/// Not thread-safe. Errors of the system are std::system_error.
class ChildProcess {
 public:
    struct Options {
        std::filesystem::path program;
        std::vector<std::string> arguments;              ///< without the program's name
        std::map<std::string, std::string> environment;  ///< on top of the test's own
        std::filesystem::path output;                    ///< appended to
    };

    explicit ChildProcess(const Options& options);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool running();

    /// Sends a signal; nothing happens when the program has ended.
    void send_signal(int number);
    /// SIGKILL, and waits for the end.
    void kill_now();
    /// Exit status, 128 + signal when a signal ended it, nothing when it still runs after
    /// `timeout`.
    std::optional<int> wait(std::chrono::milliseconds timeout);

    /// All it has written so far.
    [[nodiscard]] std::string output() const;
    /// Whether `text` is written within `timeout`; false at once when the program ends without it.
    bool wait_for_output(std::string_view text, std::chrono::milliseconds timeout);

 private:
    std::filesystem::path output_;
    pid_t pid_ = -1;
    std::optional<int> status_;
};

/// Path of one of our programs: in the folder SUANPAN_BIN, or else beside the test.
std::filesystem::path program_path(std::string_view name);

/// A TCP port of 127.0.0.1 that is free now. Another program may take it before you do: start the
/// server with port 0 where it can say which one it got.
std::uint16_t free_port();

}  // namespace suanpan::support
