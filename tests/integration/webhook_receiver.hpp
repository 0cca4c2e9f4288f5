#pragma once

#include "api/transport/server.hpp"
#include "base/json.hpp"
#include "wire/tls.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::test {

// A request as it came.
struct Told {
    std::string path;
    std::string id;  // webhook-id
    std::string timestamp;
    std::string signature;
    std::string body;
    Json payload;
    [[nodiscard]] std::string type() const { return payload.at("type"); }
};

// Where webhooks are sent to: a server of HTTP, or of HTTPS with a certificate.
class WebhookReceiver {
 public:
    explicit WebhookReceiver(const std::optional<wire::TlsFiles>& tls = std::nullopt);
    ~WebhookReceiver();
    WebhookReceiver(const WebhookReceiver&) = delete;
    WebhookReceiver& operator=(const WebhookReceiver&) = delete;

    [[nodiscard]] std::string url() const;
    // From now on; 0: no answer at all.
    void answer(int status, const std::string& location = "");
    [[nodiscard]] std::vector<Told> all() const;
    // Those that fit; waits until there are so many, twenty seconds at most.
    std::vector<Told> wait_for(std::size_t count, const std::function<bool(const Told&)>& fits);
    std::vector<Told> wait_for(std::size_t count, const std::string& type);

 private:
    void take(const api::Request& request, const api::Reply& reply);
    [[nodiscard]] std::vector<Told> find(const std::function<bool(const Told&)>& fits) const;

    bool tls_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    int status_ = 204;
    std::string location_;
    std::vector<Told> told_;
    std::vector<api::Reply> unanswered_;
    api::HttpServer server_;  // last: it calls take()
};

}  // namespace suanpan::test
