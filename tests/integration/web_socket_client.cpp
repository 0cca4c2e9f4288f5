#include "tests/integration/web_socket_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace suanpan::test {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

struct WebSocketClient::Impl {
    static constexpr std::chrono::seconds kPatience{20};

    // Runs one asynchronous step within the time.
    template <typename Start>
    beast::error_code wait(const Start& start) {
        beast::error_code result = beast::error::timeout;
        beast::get_lowest_layer(socket).expires_after(kPatience);
        start([&result](beast::error_code error, auto&&...) { result = error; });
        context.restart();
        context.run();
        return result;
    }

    net::io_context context;
    websocket::stream<beast::tcp_stream> socket{context};
    std::size_t heartbeats = 0;
    std::vector<Json> passed;  // by wait_for()
};

WebSocketClient::WebSocketClient(const std::string& url, const std::string& key,
                                 const std::string& protocols, const std::string& forwarded)
    : impl_(std::make_unique<Impl>()) {
    const std::string authority = url.substr(url.find("//") + 2);
    const std::size_t colon = authority.find(':');
    net::ip::tcp::resolver resolver(impl_->context);
    beast::get_lowest_layer(impl_->socket)
        .connect(resolver.resolve(authority.substr(0, colon), authority.substr(colon + 1)));
    impl_->socket.set_option(websocket::stream_base::decorator(
        [key, protocols, forwarded](websocket::request_type& request) {
            if (!key.empty()) request.set(beast::http::field::authorization, "Bearer " + key);
            if (!protocols.empty())
                request.set(beast::http::field::sec_websocket_protocol, protocols);
            if (!forwarded.empty()) request.set("X-Forwarded-For", forwarded);
        }));
    websocket::response_type response;
    const auto error = impl_->wait(
        [&](auto done) { impl_->socket.async_handshake(response, authority, "/v1/stream", done); });
    if (error) throw std::runtime_error("refused: " + std::to_string(response.result_int()));
}

WebSocketClient::~WebSocketClient() = default;

void WebSocketClient::send(const Json& message) {
    send_text(message.dump());
}

void WebSocketClient::send_text(const std::string& text) {
    const auto error =
        impl_->wait([&](auto done) { impl_->socket.async_write(net::buffer(text), done); });
    if (error) throw std::runtime_error("not sent: " + error.message());
}

void WebSocketClient::send_raw(const std::string& bytes) {
    beast::error_code ignored;
    net::write(beast::get_lowest_layer(impl_->socket).socket(), net::buffer(bytes), ignored);
}

std::optional<Json> WebSocketClient::next() {
    const auto until = std::chrono::steady_clock::now() + Impl::kPatience;
    while (std::chrono::steady_clock::now() < until) {
        beast::flat_buffer buffer;
        const auto error = impl_->wait([&](auto done) { impl_->socket.async_read(buffer, done); });
        if (error == beast::error::timeout) break;
        if (error) return std::nullopt;
        Json message = Json::parse(beast::buffers_to_string(buffer.data()));
        if (message["type"] != "heartbeat") return message;
        ++impl_->heartbeats;
    }
    throw std::runtime_error("nothing came");
}

Json WebSocketClient::wait_for(const std::function<bool(const Json&)>& wanted) {
    auto& passed = impl_->passed;
    const auto found = std::ranges::find_if(passed, wanted);
    if (found != passed.end()) {
        const Json message = *found;
        passed.erase(found);
        return message;
    }
    const auto until = std::chrono::steady_clock::now() + Impl::kPatience;
    while (std::chrono::steady_clock::now() < until) {
        auto message = next();
        if (!message) throw std::runtime_error("the connection ended");
        if (wanted(*message)) return *message;
        passed.push_back(std::move(*message));
    }
    throw std::runtime_error("only other messages came");
}

Json WebSocketClient::wait_for(const std::string& type, const std::string& channel) {
    return wait_for([&](const Json& message) {
        return message["type"] == type && message.value("channel", "") == channel;
    });
}

std::size_t WebSocketClient::heartbeats() const {
    return impl_->heartbeats;
}

std::uint16_t WebSocketClient::close_code() const {
    return impl_->socket.reason().code;
}

void WebSocketClient::cut() {
    beast::get_lowest_layer(impl_->socket).close();
}

}  // namespace suanpan::test
