#include "apps/suanpan-meter/key_files.hpp"

#include "apps/suanpan-meter/text_file.hpp"
#include "base/random.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace suanpan::meter {
namespace {

namespace fs = std::filesystem;

// "suanpan-meter-key <base64 of the 32 bytes>"
constexpr std::string_view kWord = "suanpan-meter-key";

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
}

Result<std::string> read_secret(const fs::path& file, const std::string& what) {
    struct ::stat about{};
    if (::stat(file.c_str(), &about) != 0) {
        return fail("no_key", "there is no " + what + " at " + file.string() + " (" +
                                  std::strerror(errno) + ")");
    }
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail("open_secret", "others may open " + file.string() + ", the " + what +
                                       ": chmod 600 " + file.string());
    }
    auto text = read_text(file);
    if (!text) return fail("no_key", text.error().detail());
    return text;
}

bool write_new(const fs::path& file, std::string_view text) {
    const int descriptor =
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return false;
    const bool good =
        ::write(descriptor, text.data(), text.size()) == static_cast<::ssize_t>(text.size()) &&
        ::fsync(descriptor) == 0;
    return ::close(descriptor) == 0 && good;
}

}  // namespace

Result<PublicKey> make_meter_key(const fs::path& file) {
    Seed seed = random_seed();
    const PublicKey key = SigningKey(seed).public_key();
    std::string encoded = to_base64(as_chars(seed));
    std::string text = std::string(kWord) + " " + encoded + "\n";
    const bool written = write_new(file, text);
    const int reason = errno;
    OPENSSL_cleanse(seed.data(), seed.size());
    wipe(encoded);
    wipe(text);
    if (written) return key;
    if (reason == EEXIST) {
        return fail("no_key", file.string() +
                                  " is there already, and a key is never overwritten: "
                                  "name another file, or move that one away");
    }
    return fail("no_key", "cannot write " + file.string() + ": " + std::strerror(reason));
}

Result<SigningKey> load_meter_key(const fs::path& file) {
    auto text = read_secret(file, "meter's key");
    if (!text) {
        return fail(text.error().code(),
                    text.error().code() == "no_key"
                        ? text.error().detail() + ": make one with suanpan-meter keygen"
                        : text.error().detail());
    }
    std::string_view rest = *text;
    const bool known = take_word(rest) == kWord;
    auto raw = from_base64(take_word(rest));
    Seed seed{};
    const bool good = known && raw && raw->size() == seed.size() && take_word(rest).empty();
    if (good) std::ranges::copy(*raw, seed.begin());
    if (raw) wipe(*raw);
    wipe(*text);
    if (!good) {
        return fail("no_key", file.string() +
                                  " does not hold a meter's key as suanpan-meter "
                                  "keygen writes it");
    }
    SigningKey key(seed);
    OPENSSL_cleanse(seed.data(), seed.size());
    return key;
}

Result<std::vector<SigningKey>> load_meter_keys(const Config& config) {
    std::vector<SigningKey> keys;
    for (const fs::path& file : {config.key_file, config.next_key_file}) {
        if (file.empty()) continue;
        auto key = load_meter_key(file);
        if (!key) return fail(key.error());
        keys.push_back(std::move(*key));
    }
    return keys;
}

Result<std::string> load_api_key(const fs::path& file) {
    auto text = read_secret(file, "API key");
    if (!text) return text;
    std::string_view rest = *text;
    const std::string key(take_word(rest));
    if (!key.starts_with("sk_") || !take_word(rest).empty()) {
        return fail("no_key", file.string() +
                                  " does not hold an API key: one line, sk_…; the scope "
                                  "meter is enough");
    }
    return key;
}

}  // namespace suanpan::meter
