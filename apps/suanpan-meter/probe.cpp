#include "apps/suanpan-meter/probe.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace suanpan::meter {
namespace {

constexpr std::int64_t kTimeoutMs = 1'000;

using AddressList = std::unique_ptr<::addrinfo, decltype(&::freeaddrinfo)>;

AddressList resolve(const std::string& host, const std::string& port) {
    ::addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    ::addrinfo* list = nullptr;
    if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &list) != 0) list = nullptr;
    return {list, ::freeaddrinfo};
}

bool is_connected(int socket, const ::addrinfo& address, std::int64_t timeout_ms) {
    if (::connect(socket, address.ai_addr, address.ai_addrlen) == 0) return true;
    if (errno == ECONNREFUSED) return true;
    if (errno != EINPROGRESS) return false;
    ::pollfd wait{socket, POLLOUT, 0};
    if (::poll(&wait, 1, static_cast<int>(timeout_ms)) != 1) return false;
    int error = 0;
    ::socklen_t size = sizeof(error);
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return false;
    return error == 0 || error == ECONNREFUSED;
}

}  // namespace

std::optional<std::int64_t> connect_us(const std::string& host, const std::string& port,
                                       std::int64_t timeout_ms) {
    using Steady = std::chrono::steady_clock;
    const AddressList address = resolve(host, port);
    if (!address) return std::nullopt;
    const int socket = ::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) return std::nullopt;
    const auto begin = Steady::now();
    const bool good = is_connected(socket, *address, timeout_ms);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begin);
    ::close(socket);
    return good ? std::optional<std::int64_t>(took.count()) : std::nullopt;
}

std::optional<RoundTrips> sum_up(const std::deque<std::optional<std::int64_t>>& tries) {
    std::vector<std::int64_t> good;
    std::int64_t differences = 0;
    for (const auto& one : tries) {
        if (!one) continue;
        if (!good.empty()) differences += std::max(*one, good.back()) - std::min(*one, good.back());
        good.push_back(*one);
    }
    if (good.empty()) return std::nullopt;
    const auto count = static_cast<std::int64_t>(good.size());
    const auto all = static_cast<std::int64_t>(tries.size());
    RoundTrips out;
    out.jitter_us = count > 1 ? differences / (count - 1) : 0;
    out.loss_ppm = (all - count) * kPpm / all;
    std::ranges::sort(good);
    // Nearest rank.
    const auto rank = [&](std::int64_t percent) {
        return good[static_cast<std::size_t>((percent * count + 99) / 100 - 1)];
    };
    out.p50_us = rank(50);
    out.p99_us = rank(99);
    return out;
}

ProbeSource::ProbeSource(std::string host, std::string port)
    : host_(std::move(host)), port_(std::move(port)) {}

void ProbeSource::read(Sample& sample) {
    if (tries_.size() == kMostTries) tries_.pop_front();
    tries_.push_back(connect_us(host_, port_, kTimeoutMs));
    const auto trips = sum_up(tries_);
    if (!trips) {
        sample.gauges.loss_ppm = kPpm;
        return;
    }
    sample.gauges.rtt_p50_us = trips->p50_us;
    sample.gauges.rtt_p99_us = trips->p99_us;
    sample.gauges.jitter_us = trips->jitter_us;
    sample.gauges.loss_ppm = trips->loss_ppm;
}

}  // namespace suanpan::meter
