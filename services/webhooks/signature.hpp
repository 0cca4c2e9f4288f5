#pragma once

// How a webhook is signed (the Standard Webhooks specification), and with what. Secrets are not
// stored: each is derived from one key and the endpoint's id and generation.

#include "base/bytes.hpp"
#include "db/webhook_rows.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace suanpan::services {

// The base64 of HMAC-SHA256(secret, "id.timestamp.body") behind "v1,". `secret`: its bytes.
std::string sign_webhook(std::string_view secret, std::string_view id, std::int64_t timestamp,
                         std::string_view body);

// What secrets are derived from; never printed, wiped on destruction.
class WebhookKey {
 public:
    explicit WebhookKey(const Hash& key) : key_(key) {}
    ~WebhookKey();
    WebhookKey(const WebhookKey&) = delete;
    WebhookKey& operator=(const WebhookKey&) = delete;

    // From a file of 64 hexadecimal digits that its owner alone can open; a fresh one where there
    // is no file. Throws std::runtime_error with what is wrong.
    static Hash load_or_make(const std::filesystem::path& file);

    // 32 bytes: HMAC-SHA256(key, "suanpan webhook secret" ‖ 0x00 ‖ id ‖ generation as 8 bytes,
    // big-endian).
    [[nodiscard]] std::string secret(const WebhookId& endpoint, std::int64_t generation) const;
    // The same as its owner gets it: "whsec_" and base64.
    [[nodiscard]] std::string shown_secret(const WebhookId& endpoint,
                                           std::int64_t generation) const;
    // Says nothing of the key, but tells it from another.
    [[nodiscard]] Hash check() const;

    // For the header: today's signature, and while the secret before is good its signature too.
    [[nodiscard]] std::string signatures(const db::WebhookRow& endpoint, std::string_view id,
                                         Time now, std::string_view body) const;

 private:
    Hash key_;
};

}  // namespace suanpan::services
