#include "api/transport/web_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace suanpan::api {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;

namespace {

constexpr std::size_t kLongestMessage = 4'096;               // of a client
constexpr std::size_t kMostWaiting = std::size_t{4} << 20U;  // bytes
constexpr std::chrono::seconds kIdle{60};         // then a ping, and as long again for its answer
constexpr std::chrono::seconds kHandshake{5};     // of opening and of closing
constexpr std::chrono::seconds kLastMessages{5};  // to a client that is being left

class WebSocket : public MessageSink, public std::enable_shared_from_this<WebSocket> {
 public:
    WebSocket(std::shared_ptr<Connection> connection, std::shared_ptr<MessagePeer> peer)
        : connection_(std::move(connection)),
          peer_(std::move(peer)),
          socket_(connection_->stream),
          last_call_(connection_->stream.get_executor()) {}

    net::awaitable<void> run(http::request<http::string_body> request) {
        if (!co_await accept(request)) co_return;
        peer_->opened(shared_from_this());
        co_await read();
        peer_->closed();
        end();
    }

    bool send(Message message) override { return add(std::move(message), false, std::nullopt); }
    void close(CloseCode code) override { add(nullptr, false, code); }
    void drop(CloseCode code, Message last) override { add(std::move(last), true, code); }

 private:
    net::awaitable<bool> accept(const http::request<http::string_body>& request) {
        connection_->stream.expires_never();  // the WebSocket has time-outs of its own
        socket_.set_option(websocket::stream_base::timeout{kHandshake, kIdle, true});
        socket_.set_option(
            websocket::stream_base::decorator([](websocket::response_type& response) {
                response.set(http::field::server, "suanpan");
            }));
        socket_.read_message_max(kLongestMessage);
        socket_.text(true);
        beast::error_code error;
        co_await socket_.async_accept(request, net::redirect_error(net::use_awaitable, error));
        co_return !error;
    }

    net::awaitable<void> read() {
        beast::flat_buffer buffer;
        while (true) {
            beast::error_code error;
            co_await socket_.async_read(buffer, net::redirect_error(net::use_awaitable, error));
            if (error) co_return;
            if (!socket_.got_text()) {
                close(CloseCode::kBadData);
            } else {
                const auto data = buffer.cdata();
                peer_->received({static_cast<const char*>(data.data()), data.size()});
            }
            buffer.consume(buffer.size());
        }
    }

    bool add(Message message, bool instead, std::optional<CloseCode> then_close) {
        {
            const std::scoped_lock lock(mutex_);
            if (closing_ || over_) return false;
            if (instead) {
                waiting_.clear();
                bytes_ = 0;
            }
            if (message != nullptr) {
                if (bytes_ + message->size() > kMostWaiting) return false;
                bytes_ += message->size();
                waiting_.push_back(std::move(message));
            }
            closing_ = then_close;
            if (std::exchange(writing_, true)) {
                if (then_close) post_last_call();
                return true;
            }
        }
        if (then_close) post_last_call();
        auto self = shared_from_this();
        net::co_spawn(connection_->stream.get_executor(), write(std::move(self)), net::detached);
        return true;
    }

    // Whatever waits, one after the other; `self` keeps the socket while this runs.
    net::awaitable<void> write(std::shared_ptr<WebSocket> self) {
        while (const auto next = take()) {
            beast::error_code error;
            auto token = net::redirect_error(net::use_awaitable, error);
            if (*next != nullptr) {
                co_await socket_.async_write(net::buffer(**next), token);
            } else {
                co_await socket_.async_close(
                    websocket::close_reason(static_cast<std::uint16_t>(*closing())), token);
            }
            if (error || *next == nullptr) co_return end();
        }
        (void)self;
    }

    // A null message: close. Nothing: there is nothing to do for now.
    std::optional<Message> take() {
        const std::scoped_lock lock(mutex_);
        if (over_) return std::nullopt;
        if (!waiting_.empty()) {
            Message next = std::move(waiting_.front());
            waiting_.pop_front();
            bytes_ -= next->size();
            return next;
        }
        if (closing_) return Message();
        writing_ = false;
        return std::nullopt;
    }

    std::optional<CloseCode> closing() const {
        const std::scoped_lock lock(mutex_);
        return closing_;
    }

    // Who does not take the last messages either is left.
    void post_last_call() {
        net::post(connection_->stream.get_executor(), [self = shared_from_this()] {
            self->last_call_.expires_after(kLastMessages);
            self->last_call_.async_wait([self](const beast::error_code& cancelled) {
                if (!cancelled) self->connection_->stream.close();
            });
        });
    }

    void end() {
        {
            const std::scoped_lock lock(mutex_);
            over_ = true;
            waiting_.clear();
        }
        last_call_.cancel();
        connection_->stream.cancel();
    }

    std::shared_ptr<Connection> connection_;
    std::shared_ptr<MessagePeer> peer_;
    websocket::stream<wire::Stream&> socket_;
    net::steady_timer last_call_;
    mutable std::mutex mutex_;
    std::deque<Message> waiting_;
    std::size_t bytes_ = 0;  // of it
    std::optional<CloseCode> closing_;
    bool writing_ = false;
    bool over_ = false;
};

}  // namespace

net::awaitable<void> run_web_socket(std::shared_ptr<Connection> connection,
                                    http::request<http::string_body> request,
                                    std::shared_ptr<MessagePeer> peer) {
    const auto socket = std::make_shared<WebSocket>(std::move(connection), std::move(peer));
    co_await socket->run(std::move(request));
}

}  // namespace suanpan::api
