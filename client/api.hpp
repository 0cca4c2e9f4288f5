#pragma once

// Suanpan's REST interface for programs: JSON in and out, one organisation's key, every writing
// call with an Idempotency-Key so that it may be repeated. Not thread-safe: one object a thread.

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "client/http_client.hpp"
#include "client/url.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace suanpan::client {

// Repeated with the same key: 429 and 503 (after Retry-After), 500, 502, 504 (outcome unknown) and
// lost connections. Pauses double from the first to the longest.
struct RetryPolicy {
    int attempts = 8;
    std::int64_t first_pause_ms = 50;
    std::int64_t longest_pause_ms = 5'000;
};

// "/v1/trades" + {{"market","AI-FP16/CNY"},{"state",""}} → "/v1/trades?market=AI-FP16%2FCNY";
// empty values are left out.
std::string with_query(std::string_view path,
                       std::initializer_list<std::pair<std::string_view, std::string_view>> query);

class Api {
 public:
    // `key`: "sk_…"; may be empty for what is public.
    Api(const Url& server, std::string key, RetryPolicy retry = {}, HttpOptions http = {});

    // A refusal of the server (4xx, or 5xx after the last attempt) is an Error made from its
    // problem+json. A server that cannot be reached, or whose answer is not JSON, is a
    // TransportError.
    Result<Json> get(const std::string& target);
    // Without an idempotency key a fresh one is made.
    Result<Json> post(const std::string& target, const Json& body,
                      std::string idempotency_key = "");
    // With which an organisation signs its writes.
    struct Signer {
        std::string id;  // "sgk_…"
        SigningKey key;
        OrganisationId organisation;
        std::string log;           // the origin of the one that is to hold them
        std::optional<Time> at{};  // that they are signed; none: when they are sent
    };
    // Every post() from now on is signed. The path that is signed is the target's, as the server
    // has it: without the URL's own.
    void sign_with(Signer signer);
    // All pages of a list: the elements of `items`, following `next` while `has_more`.
    Result<Json> list(const std::string& target);
    // Bytes as they are (checkpoints, tiles, metrics).
    Result<std::string> text(const std::string& target);

    // Of the last answer; 0 before the first.
    [[nodiscard]] int last_status() const { return last_status_; }
    [[nodiscard]] const std::string& last_request_id() const { return last_request_id_; }

 private:
    HttpResponse send(const HttpRequest& request);
    [[nodiscard]] std::string signature(const std::string& target, std::string_view once,
                                        std::string_view body) const;
    [[nodiscard]] HttpRequest make(std::string_view method, const std::string& target) const;

    HttpClient http_;
    std::string base_;  // the path of the URL
    std::string key_;
    RetryPolicy retry_;
    std::optional<Signer> signer_;
    int last_status_ = 0;
    std::string last_request_id_;
};

// The Error that a problem+json body says (RFC 9457); `http_<status>` when it is something else.
Error problem_error(int status, std::string_view body);

}  // namespace suanpan::client
