#include "tests/chaos/client.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

namespace suanpan::chaos {
namespace {

constexpr std::int64_t kAgainPerMille = 60;
constexpr std::int64_t kGonePerMille = 30;
constexpr std::int64_t kGoneAfterMs = 3;
constexpr std::int64_t kConnectMs = 1'000;
constexpr std::int64_t kFirstPauseMs = 20;
constexpr std::int64_t kLongestPauseMs = 200;

// A failure of the server, or a plea to come again, says nothing about the request.
bool is_known(int status) {
    return status != 0 && status < 500 && status != 408 && status != 429;
}

// A batch whose items were not all decided is sent again whole.
bool is_decided(Kind kind, const std::string& text) {
    if (kind != Kind::kPlaceMany && kind != Kind::kReadings) return true;
    const auto answer = parse_json(text, JsonLimits{8U << 20U, 64});
    if (!answer || !answer->contains("results")) return true;
    return std::ranges::all_of((*answer)["results"], [](const Json& result) {
        return is_known(result.value("status", 0));
    });
}

client::HttpOptions options_of(std::int64_t patience_ms) {
    client::HttpOptions options;
    options.connect_timeout_ms = kConnectMs;
    options.timeout_ms = patience_ms;
    return options;
}

}  // namespace

Client::Client(const Market& market, History* history, std::string name, Key key,
               std::uint64_t seed, std::int64_t patience_ms)
    : market_(market),
      history_(history),
      name_(std::move(name)),
      key_(std::move(key)),
      dice_(seed),
      moods_(~seed),
      patience_ms_(patience_ms) {}

Client::Try Client::attempt(const client::HttpRequest& request, std::int64_t patience_ms) {
    try {
        if (patience_ms != patience_ms_) {
            client::HttpClient hasty(*client::parse_url(market_.urls.at(server_)),
                                     options_of(patience_ms));
            const auto response = hasty.send(request);
            return {response.status, response.body};
        }
        if (!http_)
            http_.emplace(*client::parse_url(market_.urls.at(server_)), options_of(patience_ms_));
        const auto response = http_->send(request);
        return {response.status, response.body};
    } catch (const std::exception&) {
        if (patience_ms == patience_ms_) take_other_server();
        return {};
    }
}

void Client::take_other_server() {
    http_.reset();
    server_ = (server_ + 1) % market_.urls.size();
}

void Client::pause(int attempts) {
    const std::int64_t ms = std::min(kFirstPauseMs * attempts, kLongestPauseMs);
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

void Client::ask_until_known(const client::HttpRequest& request, Exchange& exchange) {
    const bool gone = history_ != nullptr && moods_.chance(kGonePerMille);
    exchange.sent_us = monotonic_us();
    while (!market_.quit) {
        exchange.last_sent_us = monotonic_us();
        const bool hasty = gone && exchange.attempts == 0;
        Try tried = attempt(request, hasty ? kGoneAfterMs : patience_ms_);
        ++exchange.attempts;
        if (is_known(tried.status) && is_decided(exchange.kind, tried.text)) {
            exchange.answered_us = monotonic_us();
            exchange.status = tried.status;
            exchange.answer = std::move(tried.text);
            return;
        }
        if (hasty) continue;  // the copy meets the first one
        if (tried.status != 0) take_other_server();
        pause(exchange.attempts);
    }
}

// What was said once stays said. Readings say of a repeat that it is one.
void Client::ask_again(const client::HttpRequest& request, const Exchange& exchange) {
    const Try again = attempt(request, patience_ms_);
    if (!is_known(again.status)) return;
    history_->add_repeat();
    if (again.status == exchange.status && again.text == exchange.answer) return;
    history_->add_violation("answered twice", exchange.target + " with key " + exchange.key +
                                                  ": first " + std::to_string(exchange.status) +
                                                  ' ' + exchange.answer + ", then " +
                                                  std::to_string(again.status) + ' ' + again.text);
}

Told Client::post(Kind kind, const std::string& route, const std::string& target, const Json& body,
                  bool keyed) {
    Exchange exchange;
    exchange.party = name_;
    exchange.actor = key_.organisation;
    exchange.kind = kind;
    exchange.route = route;
    exchange.target = target;
    exchange.body = body.dump();
    client::HttpRequest request;
    request.method = "POST";
    request.target = target;
    request.body = exchange.body;
    request.headers = {{"Content-Type", "application/json"},
                       {"Authorization", "Bearer " + key_.secret}};
    if (keyed) {
        exchange.key = name_ + "-" + std::to_string(sent_++);
        std::ranges::replace(exchange.key, ' ', '-');
        request.headers.emplace_back("Idempotency-Key", exchange.key);
    }
    ask_until_known(request, exchange);
    const bool again = keyed && moods_.chance(kAgainPerMille);
    if (history_ != nullptr && exchange.is_known() && again) ask_again(request, exchange);
    Told told{exchange.status, Json()};
    if (auto parsed = parse_json(exchange.answer, JsonLimits{8U << 20U, 64}))
        told.body = std::move(*parsed);
    if (history_ != nullptr) history_->add(std::move(exchange));
    return told;
}

Json Client::get(const std::string& target) {
    client::HttpRequest request;
    request.target = target;
    request.headers = {{"Authorization", "Bearer " + key_.secret}};
    const Try tried = attempt(request, patience_ms_);
    if (tried.status != 200) {
        if (tried.status != 0) take_other_server();
        return {};
    }
    auto parsed = parse_json(tried.text, JsonLimits{8U << 20U, 64});
    return parsed ? std::move(*parsed) : Json();
}

}  // namespace suanpan::chaos
