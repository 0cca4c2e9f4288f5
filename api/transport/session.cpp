#include "api/transport/session.hpp"

#include "api/problem.hpp"
#include "api/transport/framing.hpp"
#include "api/transport/response_head.hpp"
#include "api/transport/stream_body.hpp"
#include "api/transport/web_socket.hpp"
#include "base/json.hpp"
#include "base/random.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace suanpan::api {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

using Parser = http::request_parser<http::string_body>;

// More than a head and what Beast reads of a body at once; without it the extension of a chunk, or
// a trailer, had no end.
constexpr std::size_t kBufferBytes = 128 * 1024;
constexpr std::size_t kLingerBytes = std::size_t{4} << 20U;
constexpr std::chrono::seconds kLingerTime{2};

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return out;
}

// A caller's own id is taken when it is short and printable, so that it can be logged.
std::string request_id(const Request& request) {
    const auto given = request.find_header("x-request-id");
    const auto plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == '.';
    };
    if (given && !given->empty() && given->size() <= 64 && std::ranges::all_of(*given, plain))
        return std::string(*given);
    return to_hex(random_bytes(12));
}

bool is_batch(std::string_view target) {
    return target.substr(0, target.find('?')).ends_with(":batch");
}

// Nullopt for a target that no route can have.
std::optional<Request> to_request(HttpMessage& message, const std::string& remote) {
    auto target = parse_target(
        origin_form(std::string_view(message.target().data(), message.target().size())));
    if (!target) return std::nullopt;
    Request request;
    request.method = std::string(message.method_string());
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    for (const auto& field : message) {
        request.headers.emplace_back(lower(std::string_view(field.name_string())),
                                     std::string(field.value()));
    }
    request.body = std::move(message.body());
    request.remote = remote;
    request.id = request_id(request);
    return request;
}

Error parse_error(const beast::error_code& error) {
    if (error == http::error::body_limit)
        return {"body_too_large", "the body is larger than this address takes"};
    if (error == http::error::header_limit)
        return {"headers_too_large", "the header is larger than 16 KiB"};
    return {"bad_request", "this is not a well-formed HTTP/1.1 request: " + error.message()};
}

// Asio's own condition offers the socket 64 KiB at a time.
std::size_t all_at_once(const beast::error_code& error, std::size_t) {
    return error ? 0 : std::numeric_limits<std::size_t>::max();
}

Response too_many() {
    const Error full("too_many_connections", "the server holds as many connections as it may");
    Response out = problem(full, "");
    out.headers.emplace_back("Retry-After", "1");
    out.close = true;
    return out;
}

// The coroutine goes on, on its own executor, when `reply` has been called from wherever.
net::awaitable<Response> handle(const Handler& handler, Request request) {
    auto start = [&handler, &request](auto completion) {
        auto held = std::make_shared<decltype(completion)>(std::move(completion));
        const auto executor = net::get_associated_executor(*held);
        handler(std::move(request), [held, executor](Response response) {
            auto shared = std::make_shared<Response>(std::move(response));
            net::post(executor, [held, shared] { std::move (*held)(std::move(*shared)); });
        });
    };
    co_return co_await net::async_initiate<const net::use_awaitable_t<>, void(Response)>(
        start, net::use_awaitable);
}

// Ends the reading of a request but not the connection, which a time-out of the stream itself would
// close before anything can be said. It comes once, and may find no operation under way: the
// stream's own time-out is behind it.
class ReadDeadline {
 public:
    ReadDeadline(const std::shared_ptr<Connection>& connection, std::chrono::seconds patience)
        : timer_(connection->stream.get_executor(), patience) {
        connection->stream.expires_after(patience + kLingerTime);
        timer_.async_wait([connection, state = state_](const beast::error_code& error) {
            if (error || *state == State::kGone) return;
            *state = State::kOver;
            connection->stream.cancel();
        });
    }
    ~ReadDeadline() { *state_ = State::kGone; }
    ReadDeadline(const ReadDeadline&) = delete;
    ReadDeadline& operator=(const ReadDeadline&) = delete;

    [[nodiscard]] bool is_over() const { return *state_ == State::kOver; }

 private:
    enum class State : std::uint8_t { kRuns, kOver, kGone };
    std::shared_ptr<State> state_ = std::make_shared<State>(State::kRuns);
    net::steady_timer timer_;
};

class Session {
 public:
    Session(std::shared_ptr<Connection> connection, SessionShared& shared)
        : connection_(std::move(connection)), shared_(shared) {
        beast::error_code ignored;
        const auto peer = connection_->stream.socket().remote_endpoint(ignored);
        remote_ = ignored ? "unknown" : peer.address().to_string();
    }

    net::awaitable<void> run() {
        bool again = true;
        while (again)
            again = co_await one_request();
        co_await say_goodbye();
        if (refused_) co_await linger();
    }

 private:
    net::awaitable<void> say_goodbye() {
        beast::error_code ignored;
        if (wire::Stream::Tls* tls = connection_->stream.tls()) {
            connection_->stream.expires_after(kLingerTime);
            co_await tls->async_shutdown(net::redirect_error(net::use_awaitable, ignored));
        }
        connection_->stream.socket().shutdown(net::ip::tcp::socket::shutdown_send, ignored);
    }

    // A close with unread bytes is a reset, which can overtake the refusal: who is still sending
    // may finish, within bounds.
    net::awaitable<void> linger() {
        if (!connection_->mark_waiting()) co_return;
        connection_->reads = true;
        connection_->stream.expires_after(kLingerTime);
        buffer_.clear();
        beast::error_code error;
        for (std::size_t left = kLingerBytes; left > 0 && !error;) {
            const std::size_t count = co_await connection_->stream.next_layer().async_read_some(
                buffer_.prepare(4096), net::redirect_error(net::use_awaitable, error));
            left -= std::min(left, count);
        }
    }

    // False: the connection is done.
    net::awaitable<bool> one_request() {
        Parser parser;
        parser.header_limit(shared_.limits().header_bytes);
        parser.body_limit(shared_.limits().batch_body_bytes);
        beast::error_code error;

        if (!connection_->mark_waiting() || shared_.stopping()) co_return false;
        connection_->reads = true;
        connection_->stream.expires_after(shared_.limits().idle);
        if (buffer_.size() == 0) {
            co_await wait_for_first_byte(error);
            if (error) co_return false;  // the peer left, or was idle too long, or we stop
            if (!connection_->mark_waiting()) co_return false;
        }
        const bool too_slow = co_await read_in_time(parser, error);
        connection_->reads = false;
        if (!connection_->mark_working()) co_return false;
        if (error == http::error::end_of_stream) co_return false;
        if (too_slow) {
            const Error late("request_timeout", "the request did not arrive in time");
            co_return co_await refuse(late);
        }
        if (error == net::error::operation_aborted || error == net::error::connection_reset)
            co_return false;
        if (error) {
            const Error refusal = fault_ ? *fault_ : parse_error(error);
            co_return co_await refuse(refusal);
        }
        auto message = parser.release();
        co_return co_await answer(std::move(message));
    }

    net::awaitable<bool> answer(HttpMessage message) {
        const bool keep_alive = message.keep_alive();
        const unsigned version = message.version();
        auto request = to_request(message, remote_);
        if (!request) {
            const Error refusal("bad_target", "the request's target is not a well-formed path");
            co_return co_await refuse(refusal);
        }
        const std::string id = request->id;
        const bool head = request->method == "HEAD";
        // No time-out while we work: how long that takes is ours to bound.
        connection_->stream.expires_never();
        Response response = co_await handle(shared_.handler(), std::move(*request));
        if (response.peer && buffer_.size() != 0) co_return false;  // frames before our answer
        if (response.peer && !shared_.try_add_web_socket()) response = too_many();
        if (response.peer) {
            co_await run_web_socket(connection_, std::move(message), std::move(response.peer));
            shared_.remove_web_socket();
            co_return false;
        }
        response.headers.emplace_back("X-Request-Id", id);
        const bool keep = keep_alive && !response.close && !shared_.stopping();
        co_return co_await write(std::move(response), version, keep, head);
    }

    net::awaitable<void> wait_for_first_byte(beast::error_code& error) {
        const std::size_t count = co_await connection_->stream.async_read_some(
            buffer_.prepare(4096), net::redirect_error(net::use_awaitable, error));
        buffer_.commit(count);
    }

    // True: the peer was too slow. Most requests are here whole already: those need no deadline.
    net::awaitable<bool> read_in_time(Parser& parser, beast::error_code& error) {
        fault_.reset();
        parse_what_is_here(parser, error);
        if (!error && !parser.is_done()) {
            const ReadDeadline deadline(connection_, shared_.limits().receive);
            co_await read_rest(parser, error);
            if (error && deadline.is_over()) co_return true;
        }
        if (!error && count_fields(parser.get()) != head_fields_)
            refuse_framing(Error("bad_request", "fields after the body are not taken"), error);
        co_return false;
    }

    void parse_what_is_here(Parser& parser, beast::error_code& error) {
        parser.eager(false);  // the head alone
        put(parser, error);
        if (error || !parser.is_header_done()) return;
        check_head(parser, error);
        if (error || parser.is_done() || expects_continue(parser.get())) return;
        parser.eager(true);
        put(parser, error);
    }

    void put(Parser& parser, beast::error_code& error) {
        if (buffer_.size() == 0) return;
        buffer_.consume(parser.put(buffer_.data(), error));
        if (error == http::error::need_more) error = {};
    }

    net::awaitable<void> read_rest(Parser& parser, beast::error_code& error) {
        auto token = net::redirect_error(net::use_awaitable, error);
        if (!parser.is_header_done()) {
            co_await http::async_read_header(connection_->stream, buffer_, parser, token);
            if (!error) check_head(parser, error);
            if (error) co_return;
        }
        if (expects_continue(parser.get())) {
            http::response<http::empty_body> go_on(http::status::continue_, 11);
            co_await http::async_write(connection_->stream, go_on, token);
            if (error) co_return;
        }
        co_await http::async_read(connection_->stream, buffer_, parser, token);
    }

    void check_head(Parser& parser, beast::error_code& error) {
        if (auto fault = find_framing_fault(parser.get()))
            return refuse_framing(std::move(*fault), error);
        head_fields_ = count_fields(parser.get());
        const auto target = parser.get().target();
        if (is_batch(std::string_view(target.data(), target.size()))) return;
        const auto limit = shared_.limits().body_bytes;
        // The parser has checked a declared length against the limit of batches already.
        if (parser.content_length() && *parser.content_length() > limit)
            error = http::error::body_limit;
        else
            parser.body_limit(limit);
    }

    void refuse_framing(Error fault, beast::error_code& error) {
        fault_ = std::move(fault);
        error = http::error::bad_value;
    }

    // What came cannot be told apart from what comes next, so the connection ends.
    net::awaitable<bool> refuse(const Error& error) {
        refused_ = true;
        Response response = problem(error, "");
        response.headers.emplace_back("X-Request-Id", to_hex(random_bytes(12)));
        co_return co_await write(std::move(response), 11, false, false);
    }

    net::awaitable<bool> write(Response response, unsigned version, bool keep, bool head) {
        if (response.stream) {
            const StreamLimits limits{shared_.limits().send, shared_.limits().stream};
            StreamedResponse streamed(*connection_, limits, std::move(response));
            co_return co_await streamed.write(version, keep, head);
        }
        const std::string length = content_length(response);
        const std::string begin = response_head(response, version, keep, length);
        if (!connection_->mark_waiting()) co_return false;
        if (head || length.empty()) response.body.clear();
        connection_->stream.expires_after(shared_.limits().send);
        beast::error_code error;
        const std::array whole{net::buffer(begin), net::buffer(std::as_const(response.body))};
        co_await net::async_write(connection_->stream, whole, all_at_once,
                                  net::redirect_error(net::use_awaitable, error));
        co_return !error && keep;
    }

    std::shared_ptr<Connection> connection_;
    SessionShared& shared_;
    beast::flat_buffer buffer_{kBufferBytes};
    std::string remote_;
    std::optional<Error> fault_;   // of the request's framing, beside what the parser finds
    std::size_t head_fields_ = 0;  // so many fields has its head
    bool refused_ = false;         // a request that was not read to its end
};

// False: there is nobody to talk with.
net::awaitable<bool> shake_hands(Connection& connection, const SessionShared& shared) {
    if (shared.tls() == nullptr) co_return true;
    const wire::TlsContext context = shared.tls()->context();
    wire::Stream::Tls& tls = connection.stream.start_tls(*context);
    connection.stream.expires_after(shared.limits().handshake);
    beast::error_code error;
    co_await tls.async_handshake(net::ssl::stream_base::server,
                                 net::redirect_error(net::use_awaitable, error));
    co_return !error;
}

net::awaitable<void> run_session(std::shared_ptr<Connection> connection, SessionShared& shared) {
    const bool agreed = co_await shake_hands(*connection, shared);
    if (agreed) {
        Session session(connection, shared);
        co_await session.run();
    }
    connection->stream.close();
    shared.remove(connection);
}

net::awaitable<void> turn_away(std::shared_ptr<Connection> connection, bool plain) {
    if (!plain) co_return;  // a handshake costs more than it says
    const Response answer = too_many();
    const std::string whole =
        response_head(answer, 11, false, content_length(answer)) + answer.body;
    connection->stream.expires_after(kLingerTime);
    beast::error_code ignored;
    co_await net::async_write(connection->stream, net::buffer(whole),
                              net::redirect_error(net::use_awaitable, ignored));
}

void log_failure(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& what) {
        CanonicalWriter line;
        line.begin_object();
        line.field("event", "failure");
        line.field("what", what.what());
        line.end_object();
        spdlog::error(line.take());
    }
}

}  // namespace

void spawn_session(net::ip::tcp::socket socket, SessionShared& shared) {
    beast::error_code ignored;
    socket.set_option(net::ip::tcp::no_delay(true), ignored);
    auto connection = std::make_shared<Connection>(std::move(socket));
    const auto executor = connection->stream.get_executor();
    if (!shared.try_add(connection)) {
        net::co_spawn(executor, turn_away(connection, shared.tls() == nullptr), net::detached);
        return;
    }
    // An exception here is out of memory or a bug; either way only this connection ends.
    auto on_end = [connection, &shared](const std::exception_ptr& failure) {
        if (!failure) return;
        log_failure(failure);
        shared.remove(connection);
    };
    net::co_spawn(executor, run_session(connection, shared), on_end);
}

}  // namespace suanpan::api
