#include "api/transport/server.hpp"

#include "api/transport/session.hpp"
#include "base/thread_name.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <deque>
#include <stdexcept>
#include <thread>

namespace suanpan::api {

namespace net = boost::asio;
using tcp = net::ip::tcp;

void check_address(const std::string& address, bool tls) {
    boost::system::error_code error;
    const auto parsed = net::ip::make_address(address, error);
    if (error) {
        throw std::runtime_error("'" + address +
                                 "' is not an IP address: give one like 127.0.0.1 or ::1");
    }
    if (!tls && !parsed.is_loopback()) {
        throw std::runtime_error(
            "refusing to serve plain HTTP on " + address +
            ": only loopback addresses (127.0.0.1, ::1) are allowed without "
            "TLS; give a certificate and its key, or put a TLS proxy in front");
    }
}

namespace {

// A thread with an io_context of its own: what belongs to a connection never runs twice at once,
// so it needs no strand, which each of its steps would pay for.
class NetworkThread {
 public:
    [[nodiscard]] net::io_context& context() { return context_; }

    void start() {
        thread_ = std::jthread([this] {
            name_thread("network");
            context_.run();
        });
    }
    void stop() {
        context_.stop();
        if (thread_.joinable()) thread_.join();
    }

 private:
    net::io_context context_{1};
    net::executor_work_guard<net::io_context::executor_type> runs_ = net::make_work_guard(context_);
    std::jthread thread_;
};

}  // namespace

struct HttpServer::Impl {
    std::deque<NetworkThread> threads;
    tcp::acceptor acceptor;
    SessionShared shared;
    bool started = false;
    bool stopped = false;

    Impl(const Listen& listen, ServerLimits limits, Handler handler)
        : threads(static_cast<std::size_t>(listen.threads)),
          acceptor(threads.front().context(),
                   tcp::endpoint(net::ip::make_address(listen.address), listen.port)),
          shared(limits, listen.tls, std::move(handler)) {}

    net::awaitable<void> accept_loop() {
        for (std::size_t next = 0;; next = (next + 1) % threads.size()) {
            boost::system::error_code error;
            tcp::socket socket(threads[next].context());
            co_await acceptor.async_accept(socket, net::redirect_error(net::use_awaitable, error));
            if (error == net::error::operation_aborted || shared.stopping()) co_return;
            if (error) {
                // Out of descriptors, most likely: waiting is the only thing that helps.
                spdlog::warn(R"({{"event":"accept_failed","reason":"{}"}})", error.message());
                net::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(50));
                co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
                continue;
            }
            spawn_session(std::move(socket), shared);
        }
    }
};

HttpServer::HttpServer(const Listen& listen, ServerLimits limits, Handler handler) {
    check_address(listen.address, listen.tls != nullptr);
    try {
        impl_ = std::make_unique<Impl>(listen, limits, std::move(handler));
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("cannot listen on " + listen.address + ":" +
                                 std::to_string(listen.port) + ": " + error.code().message());
    }
}

HttpServer::~HttpServer() {
    stop();
}

std::uint16_t HttpServer::port() const {
    return impl_->acceptor.local_endpoint().port();
}

std::size_t HttpServer::open_connections() const {
    return impl_->shared.open();
}

void HttpServer::start() {
    impl_->started = true;
    net::co_spawn(impl_->acceptor.get_executor(), impl_->accept_loop(), net::detached);
    for (NetworkThread& thread : impl_->threads)
        thread.start();
}

void HttpServer::stop() {
    if (impl_->stopped) return;
    impl_->stopped = true;
    if (!impl_->started) return;
    net::post(impl_->acceptor.get_executor(), [this] {
        boost::system::error_code ignored;
        impl_->acceptor.close(ignored);
    });
    impl_->shared.ask_to_stop();
    impl_->shared.wait_until_idle(impl_->shared.limits().stop_grace);
    for (NetworkThread& thread : impl_->threads)
        thread.stop();
}

}  // namespace suanpan::api
