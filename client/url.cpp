#include "client/url.hpp"

#include "base/decimal.hpp"

#include <algorithm>

namespace suanpan::client {
namespace {

constexpr std::string_view kPlain = "http://";
constexpr std::string_view kTls = "https://";
constexpr std::size_t kMaxUrl = 2'000;

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

bool is_host(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
        if (!is_unreserved(c) && c != ':') return false;
    }
    return true;
}

tl::unexpected<Error> bad_url(std::string_view text) {
    return fail("bad_url",
                "'" + std::string(text.substr(0, 200)) +
                    "' is not an address like https://market.example or http://127.0.0.1:8080");
}

}  // namespace

std::string Url::authority() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + port;
}

std::string Url::origin() const {
    return std::string(tls ? kTls : kPlain) + authority();
}

Result<Url> parse_url(std::string_view text) {
    const bool tls = text.starts_with(kTls);
    if (text.size() > kMaxUrl || !(tls || text.starts_with(kPlain))) return bad_url(text);
    std::string_view rest = text.substr(tls ? kTls.size() : kPlain.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    std::string_view path = rest.substr(slash);
    rest = rest.substr(0, slash);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    for (const char c : path) {
        if (!is_unreserved(c) && c != '/') return bad_url(text);
    }
    std::string_view host = rest;
    std::string_view port = tls ? "443" : "80";
    const bool bracketed = rest.starts_with('[');
    const std::size_t host_end = bracketed ? rest.find(']') : rest.find(':');
    if (bracketed && host_end == std::string_view::npos) return bad_url(text);
    if (host_end != std::string_view::npos) {
        host = bracketed ? rest.substr(1, host_end - 1) : rest.substr(0, host_end);
        const std::string_view tail = rest.substr(bracketed ? host_end + 1 : host_end);
        if (!tail.empty() && tail.front() != ':') return bad_url(text);
        if (!tail.empty()) port = tail.substr(1);
    }
    const auto number = parse_integer(port);
    if (!is_host(host) || !number || *number < 1 || *number > 65'535) return bad_url(text);
    return Url{std::string(host), std::string(port), std::string(path), tls};
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += kHex[byte >> 4U];
            out += kHex[byte & 15U];
        }
    }
    return out;
}

}  // namespace suanpan::client
