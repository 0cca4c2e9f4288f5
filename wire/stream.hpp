#pragma once

// A TCP connection with TLS or without: which of the two is known only at run time, and whoever
// reads and writes need not know. Time-outs are those of the TCP stream below.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <optional>
#include <utility>

namespace suanpan::wire {

namespace asio = boost::asio;
namespace beast = boost::beast;

class Stream {
 public:
    using next_layer_type = beast::tcp_stream;  // NOLINT(readability-identifier-naming): Beast's
    using executor_type =
        beast::tcp_stream::executor_type;  // NOLINT(readability-identifier-naming)
    using Tls = asio::ssl::stream<beast::tcp_stream&>;

    explicit Stream(asio::ip::tcp::socket socket) : tcp_(std::move(socket)) {}
    explicit Stream(asio::io_context& context) : tcp_(context) {}

    [[nodiscard]] executor_type get_executor() { return tcp_.get_executor(); }
    [[nodiscard]] beast::tcp_stream& next_layer() { return tcp_; }
    [[nodiscard]] const beast::tcp_stream& next_layer() const { return tcp_; }
    [[nodiscard]] asio::ip::tcp::socket& socket() { return tcp_.socket(); }

    // From here on all is TLS; the handshake is the next thing to do.
    Tls& start_tls(asio::ssl::context& context) { return tls_.emplace(tcp_, context); }
    // Null without TLS.
    [[nodiscard]] Tls* tls() { return tls_ ? &*tls_ : nullptr; }

    template <typename Duration>
    void expires_after(Duration time) {
        tcp_.expires_after(time);
    }
    void expires_never() { tcp_.expires_never(); }
    void cancel() { tcp_.cancel(); }
    void close() { tcp_.close(); }

    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        if (tls_) return tls_->async_read_some(buffers, std::forward<Token>(token));
        return tcp_.async_read_some(buffers, std::forward<Token>(token));
    }
    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        if (tls_) return tls_->async_write_some(buffers, std::forward<Token>(token));
        return tcp_.async_write_some(buffers, std::forward<Token>(token));
    }

 private:
    beast::tcp_stream tcp_;
    std::optional<Tls> tls_;
};

// How Beast's WebSocket ends what lies below it. The end of TLS is not waited for: WebSocket has
// said goodbye itself, so nothing can have been cut off unnoticed.
template <typename Handler>
void async_teardown(beast::role_type role, Stream& stream, Handler&& handler) {
    beast::websocket::async_teardown(role, stream.socket(), std::forward<Handler>(handler));
}
inline void teardown(beast::role_type role, Stream& stream, beast::error_code& error) {
    beast::websocket::teardown(role, stream.socket(), error);
}

}  // namespace suanpan::wire
