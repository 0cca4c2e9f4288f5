#include "api/finishing.hpp"

#include "api/gzip.hpp"
#include "base/bytes.hpp"
#include "base/crypto.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

constexpr std::size_t kSmall = 1'400;  // fits a packet anyway
constexpr std::size_t kTagBytes = 16;

bool is_read(const Request& request) {
    return request.method == "GET" || request.method == "HEAD";
}

std::string_view header_of(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) return value;
    }
    return {};
}

// RFC 9110 §13.1.2: a weak comparison with any of the list.
bool names_tag(std::string_view list, std::string_view tag) {
    if (list == "*") return true;
    return list.find(tag) != std::string_view::npos;
}

}  // namespace

std::string tag_of(std::string_view body) {
    const Hash hash = sha256(body);
    return "W/\"" + to_hex(as_chars(hash).substr(0, kTagBytes)) + "\"";
}

void add_tag(const Request& request, Response& response) {
    if (!is_read(request) || response.status != 200 || response.stream || response.body.empty())
        return;
    const std::string tag = response.tag.empty() ? tag_of(response.body) : response.tag;
    response.headers.emplace_back("ETag", tag);
    if (header_of(response, "Cache-Control").empty())
        response.headers.emplace_back("Cache-Control", "private, no-cache");
    const auto known = request.find_header("if-none-match");
    if (!known || !names_tag(*known, std::string_view(tag).substr(2))) return;
    response.status = 304;
    response.body.clear();
    response.content_type.clear();
}

void compress(const Request& request, Response& response) {
    if (!is_read(request) || response.stream) return;
    if (!header_of(response, "Content-Encoding").empty()) return;
    response.headers.emplace_back("Vary", "Accept-Encoding");
    if (response.body.size() < kSmall) return;
    const auto taken = request.find_header("accept-encoding");
    if (!taken || !accepts_gzip(*taken)) return;
    response.body = gzip(response.body);
    response.headers.emplace_back("Content-Encoding", "gzip");
}

bool Cors::allows(const Request& request) const {
    const auto origin = request.find_header("origin");
    if (!origin) return false;
    return std::ranges::any_of(
        origins_, [&](const std::string& allowed) { return allowed == "*" || allowed == *origin; });
}

void Cors::add_headers(const Request& request, Response& response) const {
    if (origins_.empty()) return;
    response.headers.emplace_back("Vary", "Origin");
    if (!allows(request)) return;
    response.headers.emplace_back("Access-Control-Allow-Origin",
                                  std::string(*request.find_header("origin")));
    response.headers.emplace_back("Access-Control-Expose-Headers",
                                  "Allow, Content-Disposition, ETag, Idempotency-Replayed, "
                                  "Preference-Applied, RateLimit-Limit, RateLimit-Remaining, "
                                  "RateLimit-Reset, Retry-After, X-Request-Id");
}

Response Cors::answer_options(const Request& request, std::string_view methods) const {
    Response response;
    response.status = 204;
    response.content_type.clear();
    response.headers.emplace_back("Allow", std::string(methods));
    if (!allows(request) || !request.find_header("access-control-request-method")) return response;
    response.headers.emplace_back("Access-Control-Allow-Methods", std::string(methods));
    response.headers.emplace_back("Access-Control-Allow-Headers",
                                  "Authorization, Content-Type, DSSE-Signature, Idempotency-Key, "
                                  "If-None-Match, Prefer, X-Request-Id, traceparent");
    response.headers.emplace_back("Access-Control-Max-Age", "600");
    return response;
}

}  // namespace suanpan::api
