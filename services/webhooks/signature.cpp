#include "services/webhooks/signature.hpp"

#include "base/check.hpp"
#include "services/key_file.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace suanpan::services {

namespace {

constexpr std::string_view kSecretLabel{"suanpan webhook secret\0", 23};
constexpr std::string_view kCheckLabel{"suanpan webhook key\0", 20};

Hash hmac(std::string_view key, std::string_view message) {
    Hash out{};
    unsigned size = 0;
    const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                            reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                            out.data(), &size);
    CHECK(done != nullptr && size == out.size());
    return out;
}

std::string sentence_of(KeyFault fault, const std::string& file) {
    switch (fault) {
        case KeyFault::kUnreadable: return file + ", the webhooks' key, cannot be read";
        case KeyFault::kExposed:
            return "others can open " + file + ", the webhooks' key: its mode must be 0600";
        case KeyFault::kMalformed: break;
    }
    return file + ", the webhooks' key, must hold 64 hexadecimal digits and nothing else";
}

}  // namespace

std::string sign_webhook(std::string_view secret, std::string_view id, std::int64_t timestamp,
                         std::string_view body) {
    const std::string message =
        std::string(id) + "." + std::to_string(timestamp) + "." + std::string(body);
    return "v1," + to_base64(as_chars(hmac(secret, message)));
}

WebhookKey::~WebhookKey() {
    OPENSSL_cleanse(key_.data(), key_.size());
}

Hash WebhookKey::load_or_make(const std::filesystem::path& file) {
    make_key_file(file);
    auto read = read_key_file(file);
    if (!read) throw std::runtime_error(sentence_of(read.error(), file.string()));
    const Hash key = *read;
    OPENSSL_cleanse(read->data(), read->size());
    return key;
}

std::string WebhookKey::secret(const WebhookId& endpoint, std::int64_t generation) const {
    std::string message(kSecretLabel);
    message += as_chars(endpoint.bytes);
    for (int shift = 56; shift >= 0; shift -= 8)
        message += static_cast<char>(static_cast<std::uint64_t>(generation) >>
                                     static_cast<unsigned>(shift));
    return std::string(as_chars(hmac(as_chars(key_), message)));
}

std::string WebhookKey::shown_secret(const WebhookId& endpoint, std::int64_t generation) const {
    return "whsec_" + to_base64(secret(endpoint, generation));
}

Hash WebhookKey::check() const {
    return hmac(as_chars(key_), kCheckLabel);
}

std::string WebhookKey::signatures(const db::WebhookRow& endpoint, std::string_view id, Time now,
                                   std::string_view body) const {
    std::string out = sign_webhook(secret(endpoint.id, endpoint.generation), id, now.value, body);
    if (endpoint.former_until && *endpoint.former_until > now && endpoint.generation > 1)
        out +=
            " " + sign_webhook(secret(endpoint.id, endpoint.generation - 1), id, now.value, body);
    return out;
}

}  // namespace suanpan::services
