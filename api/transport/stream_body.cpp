#include "api/transport/stream_body.hpp"

#include "api/transport/response_head.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>

#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace suanpan::api {

namespace net = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr std::chrono::milliseconds kBusyPause{50};
constexpr std::string_view kLastChunk = "0\r\n\r\n";

std::string chunk(const std::string& piece) {
    std::array<char, 16> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), piece.size(), 16);
    std::string out(size.data(), end.ptr);
    out += "\r\n";
    out += piece;
    out += "\r\n";
    return out;
}

// Nullopt: busy. The coroutine goes on, on its own executor, when the piece is there.
net::awaitable<std::optional<BodyStream::Piece>> ask(const std::shared_ptr<BodyStream>& stream) {
    using Asked = std::optional<BodyStream::Piece>;
    auto start = [&stream](auto completion) {
        auto held = std::make_shared<decltype(completion)>(std::move(completion));
        const auto executor = net::get_associated_executor(*held);
        const auto finish = [held, executor](Asked asked) {
            auto shared = std::make_shared<Asked>(std::move(asked));
            net::post(executor, [held, shared] { std::move (*held)(std::move(*shared)); });
        };
        // The stream lives as long as it is at work, whatever becomes of the connection.
        auto done = [finish, stream](BodyStream::Piece piece) { finish(std::move(piece)); };
        if (!stream->try_next(done)) finish(std::nullopt);
    };
    co_return co_await net::async_initiate<const net::use_awaitable_t<>, void(Asked)>(
        start, net::use_awaitable);
}

}  // namespace

net::awaitable<bool> StreamedResponse::write(unsigned version, bool keep, bool head) {
    const bool chunked = version >= 11;
    const bool keep_open = keep && chunked;
    const bool begun = co_await write_header(version, keep_open);
    if (!begun) co_return false;
    if (head) co_return keep_open;
    const bool finished = co_await write_pieces(chunked);
    co_return finished&& keep_open;
}

net::awaitable<bool> StreamedResponse::write_header(unsigned version, bool keep) {
    const std::string head =
        response_head(response_, version, keep, version >= 11 ? kChunked : std::string_view());
    connection_.stream.expires_after(limits_.piece);
    beast::error_code error;
    co_await net::async_write(connection_.stream, net::buffer(head),
                              net::redirect_error(net::use_awaitable, error));
    co_return !error;
}

net::awaitable<bool> StreamedResponse::write_pieces(bool chunked) {
    const auto end = std::chrono::steady_clock::now() + limits_.whole;
    while (std::chrono::steady_clock::now() < end) {
        const BodyStream::Piece piece = co_await next_piece();
        if (!piece) co_return false;
        if (piece->empty()) {
            const std::string last(chunked ? kLastChunk : "");
            co_return co_await send(last);
        }
        const std::string bytes = chunked ? chunk(*piece) : *piece;
        const bool sent = co_await send(bytes);
        if (!sent) co_return false;
    }
    co_return false;
}

net::awaitable<BodyStream::Piece> StreamedResponse::next_piece() {
    if (!connection_.mark_working()) co_return std::nullopt;
    // No time-out while we work: how long that takes is ours to bound.
    connection_.stream.expires_never();
    const auto end = std::chrono::steady_clock::now() + limits_.piece;
    while (std::chrono::steady_clock::now() < end) {
        std::optional<BodyStream::Piece> asked = co_await ask(response_.stream);
        if (asked) co_return std::move(*asked);
        net::steady_timer pause(connection_.stream.get_executor(), kBusyPause);
        co_await pause.async_wait(net::use_awaitable);
    }
    co_return std::nullopt;
}

net::awaitable<bool> StreamedResponse::send(const std::string& bytes) {
    if (!connection_.mark_waiting()) co_return false;
    connection_.stream.expires_after(limits_.piece);
    beast::error_code error;
    co_await net::async_write(connection_.stream, net::buffer(bytes),
                              net::redirect_error(net::use_awaitable, error));
    co_return !error;
}

}  // namespace suanpan::api
