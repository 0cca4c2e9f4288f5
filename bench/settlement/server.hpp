#pragma once

// suanpand as a process of its own, on a free port of this machine.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace suanpan::bench {

class Server {
 public:
    // Waits until it answers. `folder` takes its data and its log.
    Server(const std::string& conninfo, const std::filesystem::path& folder,
           const std::string& log_level = "warning");
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + port_; }
    [[nodiscard]] pid_t process() const { return process_; }
    [[nodiscard]] std::uint16_t port() const;
    // Processor time used so far.
    [[nodiscard]] double cpu_seconds() const;

 private:
    pid_t process_ = 0;
    std::string port_;
};

// The most memory that a process had so far; of "self" too.
std::int64_t peak_mib(const std::string& process);
// What it has now.
std::int64_t resident_mib(const std::string& process);
// From now on it is counted anew.
void forget_peak(const std::string& process);

}  // namespace suanpan::bench
