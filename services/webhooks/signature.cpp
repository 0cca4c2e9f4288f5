#include "services/webhooks/signature.hpp"

#include "base/check.hpp"
#include "base/random.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace suanpan::services {

namespace {

constexpr std::string_view kSecretLabel{"suanpan webhook secret\0", 23};
constexpr std::string_view kCheckLabel{"suanpan webhook key\0", 20};
constexpr std::size_t kKeyDigits = 64;

Hash hmac(std::string_view key, std::string_view message) {
    Hash out{};
    unsigned size = 0;
    const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                            reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                            out.data(), &size);
    CHECK(done != nullptr && size == out.size());
    return out;
}

[[noreturn]] void fail_with(const std::filesystem::path& file, std::string_view doing) {
    throw std::system_error(errno, std::generic_category(),
                            std::string(doing) + " " + file.string());
}

void write_new_key(const std::filesystem::path& file) {
    const int descriptor =
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) fail_with(file, "cannot make");
    std::string text = to_hex(random_bytes(kKeyDigits / 2)) + "\n";
    const bool written =
        ::write(descriptor, text.data(), text.size()) == static_cast<::ssize_t>(text.size()) &&
        ::fsync(descriptor) == 0;
    OPENSSL_cleanse(text.data(), text.size());
    if (::close(descriptor) != 0 || !written) fail_with(file, "cannot write");
}

// Whole or not at all, and never over another's.
void make_key(const std::filesystem::path& file) {
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
    const std::filesystem::path temporary = file.string() + ".new." + std::to_string(::getpid());
    std::filesystem::remove(temporary);
    write_new_key(temporary);
    std::error_code failure;
    std::filesystem::create_hard_link(temporary, file, failure);
    std::filesystem::remove(temporary);
    if (failure && failure != std::errc::file_exists)
        throw std::system_error(failure, "cannot make " + file.string());
}

std::string read_key(const std::filesystem::path& file) {
    struct ::stat info{};
    if (::stat(file.c_str(), &info) != 0) fail_with(file, "cannot read the webhooks' key");
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw std::runtime_error("others can open " + file.string() +
                                 ", the webhooks' key: its mode must be 0600");
    }
    std::array<char, kKeyDigits + 2> text{};
    std::ifstream in(file, std::ios::binary);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    std::string out(text.data(), static_cast<std::size_t>(in.gcount()));
    OPENSSL_cleanse(text.data(), text.size());
    if (out.ends_with('\n')) out.pop_back();
    return out;
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
    if (!std::filesystem::exists(file)) make_key(file);
    std::string text = read_key(file);
    auto bytes = from_hex(text);
    const bool good = text.size() == kKeyDigits && bytes;
    OPENSSL_cleanse(text.data(), text.size());
    if (!good) {
        throw std::runtime_error(file.string() +
                                 ", the webhooks' key, must hold 64 hexadecimal digits and "
                                 "nothing else");
    }
    Hash key{};
    std::ranges::copy(*bytes, key.begin());
    OPENSSL_cleanse(bytes->data(), bytes->size());
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
