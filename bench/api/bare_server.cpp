#include "bench/api/bare_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace suanpan::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

class Session : public std::enable_shared_from_this<Session> {
 public:
    Session(tcp::socket socket, std::size_t body_size)
        : stream_(std::move(socket)), answer_(http::status::ok, 11) {
        answer_.set(http::field::content_type, "application/json");
        answer_.body() = std::string(body_size, 'x');
        answer_.prepare_payload();
    }
    void read() {
        request_ = {};
        http::async_read(stream_, buffer_, request_,
                         [self = shared_from_this()](error_code error, std::size_t) {
                             if (!error) self->write();
                         });
    }

 private:
    void write() {
        http::async_write(stream_, answer_,
                          [self = shared_from_this()](error_code error, std::size_t) {
                              if (!error) self->read();
                          });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    http::request<http::string_body> request_;
    http::response<http::string_body> answer_;
};

void accept(asio::io_context& context, tcp::acceptor& acceptor, std::size_t body_size) {
    acceptor.async_accept(context,
                          [&context, &acceptor, body_size](error_code error, tcp::socket socket) {
                              if (error) return;
                              socket.set_option(tcp::no_delay(true), error);
                              std::make_shared<Session>(std::move(socket), body_size)->read();
                              accept(context, acceptor, body_size);
                          });
}

[[noreturn]] void serve(asio::io_context& context, tcp::acceptor& acceptor, std::size_t body_size) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    context.notify_fork(asio::io_context::fork_child);
    accept(context, acceptor, body_size);
    context.run();
    ::_exit(0);
}

}  // namespace

BareServer::BareServer(std::size_t body_size) {
    asio::io_context context(1);
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    port_ = acceptor.local_endpoint().port();
    context.notify_fork(asio::io_context::fork_prepare);
    process_ = ::fork();
    if (process_ < 0) throw std::runtime_error("cannot fork");
    if (process_ == 0) serve(context, acceptor, body_size);
    context.notify_fork(asio::io_context::fork_parent);
}

BareServer::~BareServer() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

}  // namespace suanpan::bench
