#include "api/transport/response_head.hpp"

#include "base/check.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace suanpan::api {

namespace beast = boost::beast;

namespace {

constexpr std::size_t kUsualHead = 512;
constexpr std::string_view kEndsALine("\r\n\0", 3);
constexpr std::array<std::string_view, 5> kSetHere{"Connection", "Server", "Content-Type",
                                                   "Content-Length", "Transfer-Encoding"};

// Who could end a line could write the rest of the answer.
void append_field(std::string& out, std::string_view name, std::string_view value) {
    CHECK(value.find_first_of(kEndsALine) == std::string_view::npos);
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

bool is_set_here(std::string_view name) {
    return std::ranges::any_of(kSetHere,
                               [&](std::string_view set) { return beast::iequals(set, name); });
}

bool is_said_again(const NameValues& headers, std::size_t at) {
    const auto& [name, value] = headers[at];
    if (name == "Vary") return false;
    return std::any_of(headers.begin() + static_cast<std::ptrdiff_t>(at) + 1, headers.end(),
                       [&](const auto& later) { return beast::iequals(later.first, name); });
}

void append_status(std::string& out, int status, unsigned version) {
    out += version >= 11 ? "HTTP/1.1 " : "HTTP/1.0 ";
    out += std::to_string(status);
    out += ' ';
    out += reason_phrase(status);
    out += "\r\n";
}

}  // namespace

std::string content_length(const Response& response) {
    if (response.status == 204 || response.status == 304) return {};
    return "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
}

std::string response_head(const Response& response, unsigned version, bool keep,
                          std::string_view length) {
    std::string out;
    out.reserve(kUsualHead);
    append_status(out, response.status, version);
    // What each version does unless it is told otherwise (RFC 9112 §9.3).
    if (version >= 11 && !keep) append_field(out, "Connection", "close");
    if (version < 11 && keep) append_field(out, "Connection", "keep-alive");
    append_field(out, "Server", "suanpan");
    if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
    for (std::size_t i = 0; i < response.headers.size(); ++i) {
        CHECK(!is_set_here(response.headers[i].first));
        if (is_said_again(response.headers, i)) continue;
        append_field(out, response.headers[i].first, response.headers[i].second);
    }
    out += length;
    out += "\r\n";
    return out;
}

}  // namespace suanpan::api
