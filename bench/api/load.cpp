#include "bench/api/load.hpp"

#include "bench/ledger/measure.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace suanpan::bench {
namespace {

using Moment = Monotonic::time_point;
constexpr std::chrono::seconds kPatience{60};

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(fmt::format("the load: {}: {}", what, std::strerror(errno)));
}

class Descriptor {
 public:
    explicit Descriptor(int number) : number_(number) {
        if (number < 0) fail("no descriptor");
    }
    ~Descriptor() { ::close(number_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }

 private:
    int number_;
};

struct Answer {
    int status = 0;
    std::string_view body;
    std::size_t size = 0;  // with the head
};

// Of the server's own answers: a status line, and a length that its head names.
std::optional<Answer> parse_answer(std::string_view received) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const auto end = received.find(kEnd);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view head = received.substr(0, end + 2);
    const auto length = head.find(kLength);
    if (length == std::string_view::npos) throw std::runtime_error("an answer without its length");
    Answer out;
    std::size_t body = 0;
    const char* begin = head.data() + length + kLength.size();
    std::from_chars(begin, head.data() + head.size(), body);
    std::from_chars(head.data() + 9, head.data() + 12, out.status);
    out.size = end + kEnd.size() + body;
    if (received.size() < out.size) return std::nullopt;
    out.body = received.substr(end + kEnd.size(), body);
    return out;
}

class Connection {
 public:
    explicit Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        const auto* any = reinterpret_cast<const sockaddr*>(&address);
        if (::connect(socket_.get(), any, sizeof address) != 0) fail("cannot connect");
        const int yes = 1;
        ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }

    [[nodiscard]] int socket() const { return socket_.get(); }
    [[nodiscard]] bool waits() const { return waits_; }
    [[nodiscard]] Moment due() const { return due_; }
    // A request is smaller than what the kernel takes at once.
    void send(std::string_view request, Moment due) {
        if (::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request.size()))
            fail("cannot send");
        waits_ = true;
        due_ = due;
        received_.clear();
    }
    // The whole answer, when it is here; valid until the next request.
    std::optional<Answer> receive(std::vector<char>& buffer) {
        const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count < 0 && errno == EAGAIN) return std::nullopt;
        if (count <= 0) fail("a connection was lost");
        received_.append(buffer.data(), static_cast<std::size_t>(count));
        auto answer = parse_answer(received_);
        if (answer) waits_ = false;
        return answer;
    }

 private:
    Descriptor socket_;
    std::string received_;
    bool waits_ = false;
    Moment due_;
};

class Load {
 public:
    Load(const LoadPlan& plan, Requests& requests)
        : plan_(plan), requests_(requests), epoll_(::epoll_create1(0)) {
        for (int i = 0; i < plan.connections; ++i) {
            connections_.push_back(std::make_unique<Connection>(plan.port));
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u32 = static_cast<std::uint32_t>(i);
            if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connections_.back()->socket(), &event) !=
                0)
                fail("epoll_ctl");
        }
    }

    LoadTimes run() {
        const double cpu = cpu_seconds();
        begin_ = Monotonic::now();
        end_ = begin_ + std::chrono::duration_cast<Monotonic::duration>(
                            std::chrono::duration<double>(plan_.seconds));
        for (int i = 0; i < plan_.connections; ++i)
            send_due(i, Monotonic::now());
        // At a rate also what was due while nobody answered is sent.
        while (under_way_ > 0 || (plan_.rate > 0 && is_on(next_due())))
            wait();
        out_.cpu_seconds = cpu_seconds() - cpu;
        out_.seconds = std::chrono::duration<double>(Monotonic::now() - begin_).count();
        std::ranges::sort(out_.latencies_ms);
        return std::move(out_);
    }

 private:
    [[nodiscard]] bool is_on(Moment now) const { return now < end_ && sent_ < plan_.requests; }
    // The time of the request after those that were sent.
    [[nodiscard]] Moment next_due() const {
        return begin_ + std::chrono::duration_cast<Monotonic::duration>(
                            std::chrono::duration<double>(static_cast<double>(sent_) / plan_.rate));
    }

    bool send_due(int number, Moment now) {
        Connection& connection = *connections_[static_cast<std::size_t>(number)];
        const Moment due = plan_.rate > 0 ? next_due() : now;
        if (connection.waits() || !is_on(due) || due > now) return false;
        connection.send(requests_.next(number), due);
        ++sent_;
        ++under_way_;
        return true;
    }

    // The free connections take in turn what is due by now.
    void send_paced(Moment now) {
        for (int tried = 0; tried < plan_.connections && next_due() <= now; ++tried) {
            send_due(turn_, now);
            turn_ = (turn_ + 1) % plan_.connections;
        }
    }

    void take_answer(int number) {
        Connection& connection = *connections_[static_cast<std::size_t>(number)];
        const auto answer = connection.receive(buffer_);
        if (!answer) return;
        const Moment now = Monotonic::now();
        --under_way_;
        ++out_.answers;
        out_.bytes += static_cast<std::int64_t>(answer->size);
        out_.latencies_ms.push_back(
            std::chrono::duration<double, std::milli>(now - connection.due()).count());
        requests_.answered(number, answer->status, answer->body);
        if (plan_.rate == 0) send_due(number, now);
    }

    void wait() {
        Monotonic::duration patience = kPatience;
        if (plan_.rate > 0) {
            const Moment now = Monotonic::now();
            send_paced(now);
            if (is_on(next_due()) && next_due() > now && under_way_ < plan_.connections)
                patience = next_due() - now;
        }
        const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(patience).count();
        const timespec limit{ns / 1'000'000'000, ns % 1'000'000'000};
        std::array<epoll_event, 64> events{};
        const int count =
            ::epoll_pwait2(epoll_.get(), events.data(), events.size(), &limit, nullptr);
        if (count < 0 && errno != EINTR) fail("epoll_pwait2");
        if (count == 0 && patience == kPatience)
            throw std::runtime_error("the load: no answer for a minute");
        for (int i = 0; i < count; ++i)
            take_answer(static_cast<int>(events[static_cast<std::size_t>(i)].data.u32));
    }

    const LoadPlan plan_;
    Requests& requests_;
    Descriptor epoll_;
    std::vector<std::unique_ptr<Connection>> connections_;
    Moment begin_;
    Moment end_;
    std::int64_t sent_ = 0;
    std::int64_t under_way_ = 0;
    int turn_ = 0;
    std::vector<char> buffer_ = std::vector<char>(65'536);
    LoadTimes out_;
};

}  // namespace

double LoadTimes::percentile(double part) const {
    if (latencies_ms.empty()) return 0;
    const auto last = static_cast<double>(latencies_ms.size() - 1);
    return latencies_ms[static_cast<std::size_t>(last * part / 100)];
}

LoadTimes run_load(const LoadPlan& plan, Requests& requests) {
    return Load(plan, requests).run();
}

}  // namespace suanpan::bench
