#pragma once

// Child processes that cannot outlive this one: each is killed when this process ends in any way
// (PR_SET_PDEATHSIG), and the group of all of them when a Process is destroyed. Start children from
// the main thread only: the kernel watches the thread that forked.

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::demo {

struct Command {
    std::vector<std::string> arguments;              // the program first
    std::map<std::string, std::string> environment;  // over this process's own
    bool outlive = false;  // may be left running by let_go(); SIGINT, SIGTERM and SIGHUP end it too
    bool talk = false;     // pipes on its standard input and output
    std::string log;  // file for its standard error, and output when it does not talk; empty: ours
};

class Process {
 public:
    // Throws std::system_error when it cannot be started.
    explicit Process(const Command& command);
    // SIGTERM, then SIGKILL when it has not ended after five seconds.
    ~Process();
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] pid_t id() const { return id_; }
    // One line each way. Throws std::runtime_error when the process has ended.
    void write_line(std::string_view line);
    std::string read_line();
    // Everything it writes until it ends.
    std::string read_all();

    // It goes on after this process.
    void let_go();
    void stop(int signal, std::int64_t wait_ms = 5'000);
    // Waits; its exit status, 128 + signal when it was killed.
    int wait();
    // Its exit status if it has ended.
    std::optional<int> poll();

 private:
    void close_pipes();

    pid_t id_ = -1;
    int in_ = -1;
    int out_ = -1;
    std::string buffer_;
    std::optional<int> status_;
};

// Runs a program to its end: exit status and standard output.
struct Finished {
    int status = 0;
    std::string output;
};
Finished run_program(Command command);

// The path of this program, for starting itself again.
std::string own_path();

}  // namespace suanpan::demo
