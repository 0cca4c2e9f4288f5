#include "apps/suanpan-demo/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace suanpan::demo {
namespace {

constexpr std::size_t kMaxLine = 64U << 20U;

[[noreturn]] void fail_errno(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail_errno("pipe");
    return ends;
}

// What the child needs, made before the fork: after it only async-signal-safe calls are allowed.
struct Launch {
    std::vector<char*> arguments;
    std::vector<char*> environment;
    int in = -1;
    int out = -1;
    int err = -1;
    pid_t parent = 0;
    bool outlive = false;
};

// The child that may outlive us, for the signal handler.
std::atomic<pid_t> outliving{0};

void end_with_child(int signal) {
    const pid_t child = outliving.load();
    if (child > 0) ::kill(child, SIGTERM);
    ::_exit(128 + signal);
}

void watch_signals(pid_t child) {
    outliving = child;
    struct sigaction action{};
    action.sa_handler = end_with_child;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        ::sigaction(signal, &action, nullptr);
}

std::vector<std::string> environment_of(const Command& command) {
    std::vector<std::string> out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text(*entry);
        if (!command.environment.contains(text.substr(0, text.find('=')))) out.push_back(text);
    }
    for (const auto& [name, value] : command.environment)
        out.push_back(std::string(name).append("=").append(value));
    return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

[[noreturn]] void become(const Launch& launch) {
    if (!launch.outlive) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != launch.parent) ::_exit(127);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (launch.in >= 0) ::dup2(launch.in, STDIN_FILENO);
    if (launch.out >= 0) ::dup2(launch.out, STDOUT_FILENO);
    if (launch.err >= 0) ::dup2(launch.err, STDERR_FILENO);
    ::execve(launch.arguments[0], launch.arguments.data(), launch.environment.data());
    ::_exit(127);
}

int status_of(int raw) {
    return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
}

}  // namespace

Process::Process(const Command& command) {
    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment = environment_of(command);
    Launch launch;
    launch.arguments = pointers(arguments);
    launch.environment = pointers(environment);
    launch.parent = ::getpid();
    launch.outlive = command.outlive;
    std::array<int, 2> in{-1, -1};
    std::array<int, 2> out{-1, -1};
    int log = -1;
    if (!command.log.empty()) {
        log = ::open(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (log < 0) fail_errno(command.log);
        launch.err = log;
    }
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    launch.in = nothing;
    launch.out = log >= 0 ? log : nothing;
    if (command.talk) {
        in = make_pipe();
        out = make_pipe();
        launch.in = in[0];
        launch.out = out[1];
    }
    id_ = ::fork();
    if (id_ == 0) become(launch);
    const int error = errno;
    for (const int fd : {in[0], out[1], log, nothing}) {
        if (fd >= 0) ::close(fd);
    }
    in_ = in[1];
    out_ = out[0];
    if (id_ > 0 && command.outlive) watch_signals(id_);
    if (id_ < 0) {
        close_pipes();
        throw std::system_error(error, std::generic_category(), "fork");
    }
}

Process::~Process() {
    if (id_ > 0) stop(SIGTERM);
    close_pipes();
}

Process::Process(Process&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      in_(std::exchange(other.in_, -1)),
      out_(std::exchange(other.out_, -1)),
      buffer_(std::move(other.buffer_)),
      status_(other.status_) {}

Process& Process::operator=(Process&& other) noexcept {
    if (this != &other) {
        if (id_ > 0) stop(SIGTERM);
        close_pipes();
        id_ = std::exchange(other.id_, -1);
        in_ = std::exchange(other.in_, -1);
        out_ = std::exchange(other.out_, -1);
        buffer_ = std::move(other.buffer_);
        status_ = other.status_;
    }
    return *this;
}

void Process::close_pipes() {
    for (int* fd : {&in_, &out_}) {
        if (*fd >= 0) ::close(*fd);
        *fd = -1;
    }
}

void Process::write_line(std::string_view line) {
    const std::string text = std::string(line) + "\n";
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t wrote = ::write(in_, text.data() + done, text.size() - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) throw std::runtime_error("a party's process has ended");
        done += static_cast<std::size_t>(wrote);
    }
}

std::string Process::read_line() {
    while (true) {
        const std::size_t end = buffer_.find('\n');
        if (end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        std::array<char, 65'536> chunk{};
        const ssize_t got = ::read(out_, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || buffer_.size() > kMaxLine)
            throw std::runtime_error("a party's process has ended");
        buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

std::string Process::read_all() {
    if (in_ >= 0) ::close(std::exchange(in_, -1));
    std::array<char, 65'536> chunk{};
    while (true) {
        const ssize_t got = ::read(out_, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::move(buffer_);
        buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

std::optional<int> Process::poll() {
    int raw = 0;
    if (id_ > 0 && ::waitpid(id_, &raw, WNOHANG) == id_) {
        status_ = status_of(raw);
        id_ = -1;
    }
    return status_;
}

int Process::wait() {
    int raw = 0;
    while (id_ > 0) {
        if (::waitpid(id_, &raw, 0) == id_) {
            status_ = status_of(raw);
            id_ = -1;
        } else if (errno != EINTR) {
            fail_errno("waitpid");
        }
    }
    return status_.value_or(0);
}

void Process::let_go() {
    if (outliving == id_) outliving = 0;
    id_ = -1;
}

void Process::stop(int signal, std::int64_t wait_ms) {
    if (id_ <= 0) return;
    ::kill(id_, signal);
    for (std::int64_t waited = 0; waited < wait_ms && !poll(); waited += 20)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    wait();
}

Finished run_program(Command command) {
    command.talk = true;
    Process process(command);
    Finished out;
    out.output = process.read_all();
    out.status = process.wait();
    return out;
}

std::string own_path() {
    std::array<char, 4'096> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    if (size <= 0) fail_errno("/proc/self/exe");
    return {path.data(), static_cast<std::size_t>(size)};
}

}  // namespace suanpan::demo
