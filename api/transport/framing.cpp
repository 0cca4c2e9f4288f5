#include "api/transport/framing.hpp"

#include <algorithm>
#include <iterator>

namespace suanpan::api {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr unsigned kHttp11 = 11;

// A host and perhaps a port (RFC 3986 §3.2), roughly: what could end it is not in it.
bool is_authority(std::string_view text) {
    constexpr std::string_view kPunctuation = "-._~!$&'()*+;=:%[]";
    return std::ranges::all_of(text, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               kPunctuation.find(c) != std::string_view::npos;
    });
}

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

std::optional<Error> find_framing_fault(const HttpMessage& message) {
    const auto hosts = message.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && message.version() >= kHttp11) ||
        !is_authority(view(message[http::field::host])))
        return Error("bad_request", "a request of HTTP/1.1 names one Host");
    const auto codings = message.count(http::field::transfer_encoding);
    if (codings == 0) return std::nullopt;
    const bool chunked = beast::iequals(message[http::field::transfer_encoding], "chunked");
    if (codings == 1 && chunked && message.version() >= kHttp11) return std::nullopt;
    return Error("bad_request", "the only Transfer-Encoding taken is 'chunked'");
}

std::size_t count_fields(const HttpMessage& message) {
    return static_cast<std::size_t>(std::distance(message.begin(), message.end()));
}

bool expects_continue(const HttpMessage& message) {
    return message.version() >= kHttp11 &&
           beast::iequals(message[http::field::expect], "100-continue");
}

std::string_view origin_form(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!beast::iequals(target.substr(0, scheme.size()), scheme)) continue;
        const auto path = target.find('/', scheme.size());
        return path == std::string_view::npos ? "/" : target.substr(path);
    }
    return target;
}

}  // namespace suanpan::api
