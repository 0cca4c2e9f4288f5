#include "apps/suanpan-audit/http_head.hpp"

#include "ledger/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace suanpan::audit {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::optional<std::string_view> take_line(std::string_view& rest) {
    const std::size_t end = rest.find(kLineEnd);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + kLineEnd.size());
    return line;
}

bool is_token(std::string_view text) {
    const auto good = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    };
    return !text.empty() && std::ranges::all_of(text, good);
}

bool is_visible(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return out;
}

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return text;
}

tl::unexpected<WebResponse> refuse(int status, std::string reason) {
    return tl::unexpected(plain_text(status, std::move(reason)));
}

std::string_view reason_of(int status) {
    switch (status) {
        case 200: return "OK";
        case 400: return "Bad Request";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 411: return "Length Required";
        case 413: return "Content Too Large";
        case 422: return "Unprocessable Content";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        case 505: return "HTTP Version Not Supported";
        default: return "Unknown";
    }
}

}  // namespace

WebResponse plain_text(int status, std::string text) {
    return {status, "text/plain; charset=utf-8", std::move(text) + "\n"};
}

tl::expected<RequestHead, WebResponse> parse_head(std::string_view text) {
    const auto first = take_line(text);
    if (!first) return refuse(400, "there is no request line");
    const std::size_t method_end = first->find(' ');
    const std::size_t target_end = first->rfind(' ');
    if (method_end == std::string_view::npos || method_end == target_end)
        return refuse(400, "the request line is malformed");
    RequestHead head;
    head.method = first->substr(0, method_end);
    head.target = first->substr(method_end + 1, target_end - method_end - 1);
    const std::string_view version = first->substr(target_end + 1);
    if (!is_token(head.method) || !is_visible(head.target))
        return refuse(400, "the request line is malformed");
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return refuse(505, "only HTTP/1.1 is spoken here");
    std::optional<std::uint64_t> length;
    while (!text.empty()) {
        const auto line = take_line(text);
        const std::size_t colon = line ? line->find(':') : std::string_view::npos;
        if (colon == std::string_view::npos || !is_token(line->substr(0, colon)))
            return refuse(400, "a header field is malformed");
        const std::string name = lower(line->substr(0, colon));
        const std::string_view value = trimmed(line->substr(colon + 1));
        if (name == "transfer-encoding")
            return refuse(411, "a body is taken with a Content-Length only");
        if (name == "expect") head.expects_continue = lower(value) == "100-continue";
        if (name != "content-length") continue;
        const auto count = ledger::parse_count(value);
        if (!count || (length && *length != *count))
            return refuse(400, "the Content-Length is malformed");
        length = count;
    }
    head.content_length = static_cast<std::size_t>(length.value_or(0));
    return head;
}

std::string response_text(const WebResponse& response) {
    return "HTTP/1.1 " + std::to_string(response.status) + " " +
           std::string(reason_of(response.status)) + "\r\nContent-Type: " + response.content_type +
           "\r\nContent-Length: " + std::to_string(response.body.size()) +
           "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n" + response.body;
}

}  // namespace suanpan::audit
