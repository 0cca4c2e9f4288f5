#include "tests/chaos/pg_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace suanpan::chaos {
namespace {

constexpr std::string_view kSocketName = ".s.PGSQL.5432";
constexpr int kBacklog = 64;
constexpr int kLookAgainMs = 50;

sockaddr_un address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() >= sizeof(address.sun_path)) throw std::runtime_error("too long: " + text);
    text.copy(static_cast<char*>(address.sun_path), text.size());
    return address;
}

const sockaddr* general(const sockaddr_un& address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace

struct PgProxy::Link {
    Link(int from_server, int to_postgres) : server(from_server), postgres(to_postgres) {}
    ~Link() {
        for (std::thread& thread : pumps)
            thread.join();
        ::close(server);
        ::close(postgres);
    }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    void cut() const {
        ::shutdown(server, SHUT_RDWR);
        ::shutdown(postgres, SHUT_RDWR);
    }

    int server;
    int postgres;
    std::atomic<int> ended = 0;  // of its two pumps
    std::array<std::thread, 2> pumps;
};

PgProxy::PgProxy(const std::filesystem::path& folder, std::filesystem::path server)
    : server_(std::move(server)) {
    std::filesystem::create_directories(folder);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = address_of(folder / kSocketName);
    if (listener_ < 0 || ::bind(listener_, general(address), sizeof(address)) != 0 ||
        ::listen(listener_, kBacklog) != 0)
        throw std::system_error(errno, std::generic_category(), "the proxy's socket");
    thread_ = std::thread([this] { accept_all(); });
}

PgProxy::~PgProxy() {
    ending_ = true;
    thread_.join();
    ::close(listener_);
    cut_now();
    links_.clear();
}

void PgProxy::cut_after(std::int64_t bytes, Way way) {
    due_bytes_ = bytes;
    due_way_ = way;
    due_ = true;
}

void PgProxy::cut_now() {
    const std::scoped_lock lock(mutex_);
    due_ = false;
    for (const auto& link : links_)
        link->cut();
}

void PgProxy::drop_ended() {
    const std::scoped_lock lock(mutex_);
    std::erase_if(links_, [](const auto& link) { return link->ended == 2; });
}

void PgProxy::accept_all() {
    while (!ending_) {
        drop_ended();
        pollfd wait{listener_, POLLIN, 0};
        if (::poll(&wait, 1, kLookAgainMs) <= 0) continue;
        const int server = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (server < 0) continue;
        const int postgres = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_un address = address_of(server_);
        if (::connect(postgres, general(address), sizeof(address)) != 0) {
            ::close(postgres);
            ::close(server);
            continue;
        }
        const std::scoped_lock lock(mutex_);
        links_.push_back(std::make_unique<Link>(server, postgres));
        // The link waits for its threads before it goes.
        Link& link = *links_.back();
        link.pumps = {std::thread([this, &link] { pump(link, Way::kToPostgres); }),
                      std::thread([this, &link] { pump(link, Way::kToServer); })};
    }
}

// How many of the bytes may pass before the cut that is due.
std::size_t PgProxy::pass(std::size_t count, Way way) {
    if (!due_ || due_way_ != way) return count;
    const std::int64_t left = due_bytes_.fetch_sub(static_cast<std::int64_t>(count));
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(left, 0, static_cast<std::int64_t>(count)));
}

void PgProxy::pump(Link& link, Way way) {
    const int from = way == Way::kToPostgres ? link.server : link.postgres;
    const int to = way == Way::kToPostgres ? link.postgres : link.server;
    std::array<char, 16'384> bytes{};
    while (true) {
        const ssize_t got = ::recv(from, bytes.data(), bytes.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        while (stalled_ && !ending_)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        const auto count = static_cast<std::size_t>(got);
        const std::size_t passing = pass(count, way);
        const bool sent = send_all(to, {bytes.data(), passing});
        if (passing < count) cut_now();
        if (!sent) break;
    }
    link.cut();
    ++link.ended;
}

}  // namespace suanpan::chaos
