#include "client/http_client.hpp"

#include "client/download.hpp"
#include "client/send_once.hpp"
#include "wire/stream.hpp"
#include "wire/tls.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <optional>
#include <vector>

namespace suanpan::client {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = boost::asio::ip::tcp;
using boost::system::error_code;

using PieceParser = http::response_parser<http::buffer_body>;

constexpr std::size_t kPieceBytes = std::size_t{64} << 10U;
constexpr std::chrono::milliseconds kLookForStop{50};

std::string_view to_std(beast::string_view text) {
    return {text.data(), text.size()};
}

// One connection, opened and closed by its users.
struct Connection {
    Url server;
    HttpOptions options;
    std::vector<std::string> addresses;  // instead of the name's, when there are any
    std::stop_token stop;
    boost::asio::io_context io{1};
    wire::TlsContext tls;  // once there was a need for it
    std::optional<wire::Stream> stream;
    beast::flat_buffer buffer;

    Connection(Url url, HttpOptions how) : server(std::move(url)), options(how) {}
    Connection(Url url, const OnceOptions& how)
        : server(std::move(url)), options(how.http), addresses(how.addresses), stop(how.stop) {}

    // Time-outs of a tcp_stream work for asynchronous operations only, so each step is one that is
    // waited for here.
    template <typename Start>
    error_code wait(const Start& start) {
        error_code result = boost::asio::error::would_block;
        start([&result](const error_code& ec, auto&&...) { result = ec; });
        io.restart();
        if (!stop.stop_possible()) io.run();
        while (!io.stopped()) {
            io.run_for(kLookForStop);
            if (stop.stop_requested() && stream) stream->cancel();
        }
        return result;
    }

    // Of the name, or those that were given instead.
    std::vector<tcp::endpoint> find_endpoints() {
        return addresses.empty() ? look_up_endpoints() : given_endpoints();
    }

    std::vector<tcp::endpoint> look_up_endpoints() {
        error_code ec;
        tcp::resolver resolver(io);
        const auto found = resolver.resolve(server.host, server.port, ec);
        if (ec) lost("looking up the address", ec);
        std::vector<tcp::endpoint> out;
        for (const auto& each : found)
            out.push_back(each.endpoint());
        return out;
    }

    std::vector<tcp::endpoint> given_endpoints() {
        std::vector<tcp::endpoint> out;
        error_code ec;
        const auto port = static_cast<std::uint16_t>(std::stoi(server.port));
        for (const std::string& text : addresses) {
            const auto address = boost::asio::ip::make_address(text, ec);
            if (ec) lost("reading the address", ec);
            out.emplace_back(address, port);
        }
        return out;
    }

    [[noreturn]] void lost(std::string_view doing, const error_code& ec) {
        close();
        const std::string reason = ec == beast::error::timeout ? "timed out" : ec.message();
        throw TransportError(server.origin() + ": " + std::string(doing) + ": " + reason);
    }

    void connect() {
        const auto endpoints = find_endpoints();
        stream.emplace(io);
        stream->expires_after(std::chrono::milliseconds(options.connect_timeout_ms));
        error_code ec =
            wait([&](auto done) { stream->next_layer().async_connect(endpoints, done); });
        if (ec) lost("connecting", ec);
        stream->socket().set_option(tcp::no_delay(true), ec);
        if (server.tls) shake_hands();
        buffer.clear();
    }

    // The server must show a certificate of its name.
    void shake_hands() {
        if (!tls) tls = wire::client_context();
        wire::Stream::Tls& secured = stream->start_tls(*tls);
        secured.set_verify_callback(boost::asio::ssl::host_name_verification(server.host));
        error_code no_address;
        boost::asio::ip::make_address(server.host, no_address);
        // An address is no name (RFC 6066 §3).
        if (no_address) SSL_set_tlsext_host_name(secured.native_handle(), server.host.c_str());
        const error_code ec = wait([&](auto done) {
            secured.async_handshake(boost::asio::ssl::stream_base::client, done);
        });
        if (ec) lost("agreeing on TLS", ec);
    }

    void close() {
        if (!stream) return;
        error_code ignored;
        stream->socket().shutdown(tcp::socket::shutdown_both, ignored);
        stream.reset();
    }

    [[nodiscard]] http::request<http::string_body> make(const HttpRequest& request) const {
        http::request<http::string_body> out;
        out.version(11);
        out.method_string(request.method);
        out.target(request.target);
        out.set(http::field::host, server.authority());
        out.set(http::field::user_agent, "suanpan-client");
        for (const auto& [name, value] : request.headers)
            out.set(name, value);
        out.body() = request.body;
        if (!request.body.empty() || request.method != "GET") out.prepare_payload();
        return out;
    }

    template <typename Header>
    static void take_header(const Header& answer, HttpResponse& response) {
        response.status = static_cast<int>(answer.result_int());
        for (const auto& field : answer)
            response.headers.emplace_back(to_std(field.name_string()), to_std(field.value()));
    }

    // Reads the body behind a header.
    void read_pieces(PieceParser& parser, const TakePiece& take) {
        std::vector<char> room(kPieceBytes);
        while (!parser.is_done()) {
            parser.get().body().data = room.data();
            parser.get().body().size = room.size();
            stream->expires_after(std::chrono::milliseconds(options.timeout_ms));
            error_code ec =
                wait([&](auto done) { http::async_read(*stream, buffer, parser, done); });
            if (ec == http::error::need_buffer) ec = {};
            if (ec) lost("the answer was cut short", ec);
            take({room.data(), room.size() - parser.get().body().size});
        }
    }

    // Sends it and takes the head of the answer; the body is the parser's to give.
    HttpResponse ask(const HttpRequest& request, PieceParser& parser) {
        const auto message = make(request);
        stream->expires_after(std::chrono::milliseconds(options.timeout_ms));
        error_code ec = wait([&](auto done) { http::async_write(*stream, message, done); });
        if (ec) lost("sending", ec);
        parser.body_limit(boost::none);
        ec = wait([&](auto done) { http::async_read_header(*stream, buffer, parser, done); });
        if (ec) lost("waiting for the answer", ec);
        HttpResponse response;
        take_header(parser.get(), response);
        return response;
    }

    HttpResponse download(const HttpRequest& request, const TakePiece& take) {
        PieceParser parser;
        HttpResponse response = ask(request, parser);
        if (response.status < 400) {
            read_pieces(parser, take);
        } else {
            read_pieces(parser, [&](std::string_view piece) {
                if (response.body.size() + piece.size() <= options.max_response_bytes)
                    response.body += piece;
            });
        }
        return response;
    }

    HttpResponse send_once(const HttpRequest& request) {
        PieceParser parser;
        HttpResponse response = ask(request, parser);
        std::vector<char> room(options.max_response_bytes);
        parser.get().body().data = room.data();
        parser.get().body().size = room.size();
        if (!parser.is_done()) {
            // Whether it came whole does not matter: what fits is what is looked at.
            [[maybe_unused]] const error_code cut =
                wait([&](auto done) { http::async_read(*stream, buffer, parser, done); });
        }
        response.body.assign(room.data(), room.size() - parser.get().body().size);
        close();
        return response;
    }

    // False: the kept connection turned out to be closed before any byte of an answer.
    bool exchange(const HttpRequest& request, bool fresh, HttpResponse& response) {
        const auto message = make(request);
        stream->expires_after(std::chrono::milliseconds(options.timeout_ms));
        error_code ec = wait([&](auto done) { http::async_write(*stream, message, done); });
        if (ec && !fresh && ec != beast::error::timeout) return false;
        if (ec) lost("sending", ec);
        http::response_parser<http::string_body> parser;
        parser.body_limit(options.max_response_bytes);
        parser.skip(message.method() == http::verb::head);
        ec = wait([&](auto done) { http::async_read(*stream, buffer, parser, done); });
        if (ec && !fresh && !parser.got_some() && ec != beast::error::timeout) return false;
        if (ec) lost("waiting for the answer", ec);
        const bool keep = parser.keep_alive();
        auto answer = parser.release();
        take_header(answer, response);
        response.body = std::move(answer.body());
        if (!keep) close();
        return true;
    }
};

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (beast::iequals({key.data(), key.size()}, {name.data(), name.size()})) return value;
    }
    return {};
}

struct HttpClient::Impl : Connection {
    using Connection::Connection;
};

HttpClient::HttpClient(Url server, HttpOptions options)
    : impl_(std::make_unique<Impl>(std::move(server), options)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

HttpResponse HttpClient::send(const HttpRequest& request) {
    HttpResponse response;
    const bool fresh = !impl_->stream;
    if (fresh) impl_->connect();
    if (impl_->exchange(request, fresh, response)) return response;
    impl_->close();
    if (request.method != "GET") {
        throw TransportError(impl_->server.origin() +
                             ": the kept connection was closed by the server");
    }
    impl_->connect();
    if (!impl_->exchange(request, true, response)) impl_->lost("sending", boost::asio::error::eof);
    return response;
}

void HttpClient::close() {
    impl_->close();
}

HttpResponse send_once(const Url& server, const HttpRequest& request, const OnceOptions& options) {
    Connection connection(server, options);
    connection.connect();
    return connection.send_once(request);
}

HttpResponse download(const Url& server, const HttpRequest& request, const TakePiece& take,
                      const HttpOptions& options) {
    Connection connection(server, options);
    connection.connect();
    return connection.download(request, take);
}

}  // namespace suanpan::client
