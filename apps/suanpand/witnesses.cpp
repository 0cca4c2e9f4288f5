#include "apps/suanpand/witnesses.hpp"

#include "client/http_client.hpp"
#include "ledger/policy.hpp"
#include "ledger/witness.hpp"
#include "services/publishing/tile_store.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

namespace suanpan::suanpand {

namespace {

constexpr std::int64_t kConnectMs = 2'000;
constexpr std::int64_t kAnswerMs = 5'000;

services::WitnessPost connect_over_http(const std::string& url) {
    const auto parsed = client::parse_url(url);
    if (!parsed) {
        throw std::runtime_error("the witness policy's address " + url +
                                 " cannot be used: " + parsed.error().detail());
    }
    client::HttpOptions options;
    options.connect_timeout_ms = kConnectMs;
    options.timeout_ms = kAnswerMs;
    options.max_response_bytes = ledger::kMaxWitnessAnswerBytes;
    // Shared because a std::function is copied; one thread uses it.
    const auto http = std::make_shared<client::HttpClient>(*parsed, options);
    return [http, target = parsed->path](const std::string& body) {
        client::HttpRequest request;
        request.method = "POST";
        request.target = target;
        request.body = body;
        request.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
        // A witness is asked seldom and asking again is harmless: no stale connection is kept.
        client::HttpResponse response = http->send(request);
        http->close();
        return services::WitnessReply{response.status, std::string(response.header("content-type")),
                                      std::move(response.body)};
    };
}

ledger::Policy read_policy(const Config& config, const std::vector<ledger::VerifierKey>& log) {
    const auto text = services::read_file(config.policy, ledger::kMaxPolicyBytes);
    if (!text) {
        throw std::runtime_error("there is no witness policy " + config.policy.string());
    }
    auto policy = ledger::parse_policy(*text);
    if (!policy) {
        throw std::runtime_error("the witness policy " + config.policy.string() +
                                 " cannot be used: " + policy.error().detail());
    }
    const auto logs = ledger::log_keys(*policy);
    if (!logs.empty() && std::ranges::find_first_of(logs, log) == logs.end()) {
        throw std::runtime_error("the witness policy " + config.policy.string() +
                                 " is for other logs: this one is " +
                                 ledger::to_string(log.front()));
    }
    return std::move(*policy);
}

}  // namespace

std::unique_ptr<services::Witnesses> make_witnesses(const Config& config,
                                                    const std::vector<ledger::VerifierKey>& log) {
    if (config.policy.empty()) return nullptr;
    return std::make_unique<services::Witnesses>(read_policy(config, log), connect_over_http,
                                                 services::Witnesses::Options{});
}

}  // namespace suanpan::suanpand
