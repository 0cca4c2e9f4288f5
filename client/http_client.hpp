#pragma once

// A blocking HTTP/1.1 client (RFC 9112) with keep-alive and time-outs. One object is one
// connection, opened when first needed and again after it was lost. Not thread-safe.

#include "client/url.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::client {

struct HttpOptions {
    std::int64_t connect_timeout_ms = 5'000;
    std::int64_t timeout_ms = 120'000;  // of one request and its whole answer
    std::size_t max_response_bytes = 256U << 20U;
};

struct HttpRequest {
    std::string method = "GET";
    std::string target = "/";  // whole path and query, already encoded; the URL's path is not added
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
};

struct HttpResponse {
    int status = 0;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;

    // The first header of that name in any case; empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

// The connection could not be made, was lost, timed out, or spoke no HTTP. Whether the server acted
// on the request is then unknown.
class TransportError : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

class HttpClient {
 public:
    explicit HttpClient(Url server, HttpOptions options = {});
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    // Any status is an answer. A GET on a kept connection that the server had closed in the
    // meantime is sent once more on a new one; everything else that goes wrong is a TransportError.
    HttpResponse send(const HttpRequest& request);
    void close();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::client
