#include "support/child_process.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

namespace suanpan::support {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPause{10};
constexpr int kNoExec = 127;  // as a shell says it

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// Closes a descriptor of the system at the end of its block.
class Descriptor {
 public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }

 private:
    int number_;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& more) {
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        if (!more.contains(text.substr(0, text.find('=')))) result.push_back(text);
    }
    for (const auto& [name, value] : more)
        result.push_back(name + "=" + value);
    return result;
}

int status_of(int raw) {
    return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
}

}  // namespace

ChildProcess::ChildProcess(const Options& options) : output_(options.output) {
    std::vector<std::string> words{options.program.string()};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    std::vector<std::string> variables = environment_with(options.environment);
    const std::vector<char*> argv = pointers(words);
    const std::vector<char*> envp = pointers(variables);
    const Descriptor out(
        open(output_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
    const Descriptor in(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (out.get() < 0) fail("cannot open " + output_.string());
    if (in.get() < 0) fail("cannot open /dev/null");
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0) fail("cannot fork");
    if (pid_ > 0) return;
    // The child of a program with threads: only async-signal-safe calls from here to execve.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(kNoExec);
    dup2(in.get(), STDIN_FILENO);
    dup2(out.get(), STDOUT_FILENO);
    dup2(out.get(), STDERR_FILENO);
    execve(argv[0], argv.data(), envp.data());
    _exit(kNoExec);
}

ChildProcess::~ChildProcess() {
    kill_now();
}

bool ChildProcess::running() {
    if (status_) return false;
    int raw = 0;
    const pid_t ended = waitpid(pid_, &raw, WNOHANG);
    if (ended == pid_) status_ = status_of(raw);
    return !status_;
}

void ChildProcess::send_signal(int number) {
    if (running()) ::kill(pid_, number);
}

void ChildProcess::kill_now() {
    if (!running()) return;
    ::kill(pid_, SIGKILL);
    int raw = 0;
    while (waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
    }
    status_ = status_of(raw);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    while (running() && Clock::now() < deadline)
        std::this_thread::sleep_for(kPause);
    return status_;
}

std::string ChildProcess::output() const {
    std::ifstream in(output_, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

bool ChildProcess::wait_for_output(std::string_view text, std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    while (true) {
        const bool alive = running();  // asked first: what it wrote before its end is seen
        if (output().find(text) != std::string::npos) return true;
        if (!alive || Clock::now() >= deadline) return false;
        std::this_thread::sleep_for(kPause);
    }
}

std::filesystem::path program_path(std::string_view name) {
    const char* folder = std::getenv("SUANPAN_BIN");
    if (folder != nullptr) return std::filesystem::path(folder) / name;
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

std::uint16_t free_port() {
    const Descriptor socket_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    // The socket calls take the general type of address.
    auto* general = static_cast<sockaddr*>(static_cast<void*>(&address));
    if (socket_fd.get() < 0 || bind(socket_fd.get(), general, size) != 0 ||
        getsockname(socket_fd.get(), general, &size) != 0) {
        fail("cannot find a free port");
    }
    return ntohs(address.sin_port);
}

}  // namespace suanpan::support
