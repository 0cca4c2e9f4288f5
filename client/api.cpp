#include "client/api.hpp"

#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/dsse.hpp"
#include "base/random.hpp"
#include "base/write_type.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace suanpan::client {
namespace {

constexpr JsonLimits kAnswerLimits{256U << 20U, 64};
constexpr std::int64_t kLongestRetryAfterS = 60;

bool worth_repeating(int status) {
    return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

void pause_ms(std::int64_t ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

Time now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Time(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

std::int64_t asked_pause_ms(const HttpResponse& response) {
    const auto seconds = parse_integer(response.header("Retry-After"));
    if (!seconds || *seconds < 0) return 0;
    return std::min(*seconds, kLongestRetryAfterS) * 1'000;
}

std::string text_member(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<Json> json_or_error(const HttpResponse& response) {
    if (response.status >= 400) return fail(problem_error(response.status, response.body));
    if (response.body.empty()) return Json::object();
    auto json = parse_json(response.body, kAnswerLimits);
    if (!json)
        throw TransportError("the answer is not the server's JSON (" + json.error().detail() + ")");
    return json;
}

}  // namespace

std::string with_query(std::string_view path,
                       std::initializer_list<std::pair<std::string_view, std::string_view>> query) {
    std::string out(path);
    char separator = '?';
    for (const auto& [name, value] : query) {
        if (value.empty()) continue;
        out += separator;
        out += percent_encode(name) + "=" + percent_encode(value);
        separator = '&';
    }
    return out;
}

Error problem_error(int status, std::string_view body) {
    const auto json = parse_json(body, kAnswerLimits);
    if (!json || !json->is_object() || text_member(*json, "code").empty())
        return {"http_" + std::to_string(status),
                "the server answered with status " + std::to_string(status)};
    std::vector<Fault> faults;
    const auto errors = json->find("errors");
    if (errors != json->end() && errors->is_array()) {
        for (const Json& error : *errors) {
            if (!error.is_object()) continue;
            faults.push_back({text_member(error, "pointer"), text_member(error, "code"),
                              text_member(error, "detail")});
        }
    }
    std::string detail = text_member(*json, "detail");
    if (detail.empty()) detail = text_member(*json, "title");
    return {text_member(*json, "code"), std::move(detail), std::move(faults)};
}

Api::Api(const Url& server, std::string key, RetryPolicy retry, HttpOptions http)
    : http_(server, http), base_(server.path), key_(std::move(key)), retry_(retry) {}

HttpRequest Api::make(std::string_view method, const std::string& target) const {
    HttpRequest request;
    request.method = method;
    request.target = base_ + target;
    if (!key_.empty()) request.headers.emplace_back("Authorization", "Bearer " + key_);
    return request;
}

HttpResponse Api::send(const HttpRequest& request) {
    std::int64_t pause = retry_.first_pause_ms;
    for (int attempt = 1;; ++attempt) {
        const bool last = attempt >= retry_.attempts;
        std::int64_t asked = 0;
        try {
            HttpResponse response = http_.send(request);
            last_status_ = response.status;
            last_request_id_ = response.header("X-Request-Id");
            if (last || !worth_repeating(response.status)) return response;
            asked = asked_pause_ms(response);
        } catch (const TransportError&) {
            if (last) throw;
        }
        pause_ms(std::max(asked, pause));
        pause = std::min(pause * 2, retry_.longest_pause_ms);
    }
}

Result<Json> Api::get(const std::string& target) {
    return json_or_error(send(make("GET", target)));
}

Result<Json> Api::post(const std::string& target, const Json& body, std::string idempotency_key) {
    HttpRequest request = make("POST", target);
    if (idempotency_key.empty()) idempotency_key = to_hex(random_bytes(16));
    request.body = body.dump();
    if (signer_) {
        request.headers.emplace_back("DSSE-Signature",
                                     signature(target, idempotency_key, request.body));
    }
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("Idempotency-Key", std::move(idempotency_key));
    return json_or_error(send(request));
}

void Api::sign_with(Signer signer) {
    signer_.emplace(std::move(signer));
}

std::string Api::signature(const std::string& target, std::string_view once,
                           std::string_view body) const {
    const Time at = signer_->at.value_or(now());
    const std::string type =
        write_payload_type({signer_->log, signer_->organisation, at, target, once});
    const Signature made = signer_->key.sign(dsse_pae(type, body));
    return "key=" + signer_->id + ";at=" + to_string(at) + ";sig=" + to_base64(as_chars(made));
}

Result<Json> Api::list(const std::string& target) {
    Json all = Json::array();
    const std::string start =
        target + (target.find('?') == std::string::npos ? "?" : "&") + "limit=200";
    std::string next = start;
    while (true) {
        auto page = get(next);
        if (!page) return page;
        for (Json& item : page->at("items"))
            all.push_back(std::move(item));
        const auto more = page->find("has_more");
        const std::string cursor = text_member(*page, "next");
        if (more == page->end() || !more->is_boolean() || !more->get<bool>() || cursor.empty())
            return all;
        next = start + "&after=" + percent_encode(cursor);
    }
}

Result<std::string> Api::text(const std::string& target) {
    HttpResponse response = send(make("GET", target));
    if (response.status >= 400) return fail(problem_error(response.status, response.body));
    return std::move(response.body);
}

}  // namespace suanpan::client
