#include "services/publishing/log_key.hpp"

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "services/publishing/tile_store.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace suanpan::services {
namespace {

constexpr std::size_t kSeedDigits = 64;

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
}

Result<SigningKey> parse_seed(std::string& text, const std::filesystem::path& path) {
    auto bytes = from_hex(std::string_view(text).substr(0, kSeedDigits));
    const std::size_t size = text.size();
    const bool form = size == kSeedDigits || (size == kSeedDigits + 1 && text.back() == '\n');
    wipe(text);
    if (!form || !bytes || bytes->size() != Seed{}.size()) {
        return fail("bad_log_key", path.string() +
                                       " must hold 64 hexadecimal digits, the seed of "
                                       "an Ed25519 key, and nothing else");
    }
    Seed seed{};
    std::ranges::copy(*bytes, seed.begin());
    wipe(*bytes);
    SigningKey key(seed);
    OPENSSL_cleanse(seed.data(), seed.size());
    return key;
}

// Durable, but for its name in the folder.
void write_new_seed(const std::filesystem::path& path) {
    std::filesystem::remove(path);
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) {
        throw std::system_error(errno, std::generic_category(), "cannot make " + path.string());
    }
    Seed seed = random_seed();
    std::string text = to_hex(as_chars(seed)) + "\n";
    OPENSSL_cleanse(seed.data(), seed.size());
    const auto size = static_cast<::ssize_t>(text.size());
    const bool written =
        ::write(descriptor, text.data(), text.size()) == size && ::fsync(descriptor) == 0;
    const int error = errno;
    wipe(text);
    ::close(descriptor);
    if (written) return;
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    throw std::system_error(error, std::generic_category(), "cannot write " + path.string());
}

}  // namespace

Result<SigningKey> load_log_key(const std::filesystem::path& path) {
    struct ::stat info{};
    if (::stat(path.c_str(), &info) != 0)
        return fail("no_log_key", "the log's key file " + path.string() + " cannot be read");
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail("log_key_exposed", "others can open " + path.string() +
                                           ", the log's key file: its mode must be 0600");
    }
    auto text = read_file(path, 1'024);
    if (!text) return fail("no_log_key", "the log's key file " + path.string() + " is gone");
    return parse_seed(*text, path);
}

Result<SigningKey> load_or_make_log_key(const std::filesystem::path& path) {
    if (std::filesystem::exists(path)) return load_log_key(path);
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    // Whole or not at all, and never over another's: the name is given once all is durable.
    const std::filesystem::path temporary = path.string() + ".new." + std::to_string(::getpid());
    write_new_seed(temporary);
    std::error_code failure;
    std::filesystem::create_hard_link(temporary, path, failure);
    std::filesystem::remove(temporary);
    if (failure && failure != std::errc::file_exists)
        throw std::system_error(failure, "cannot make " + path.string());
    sync_folder(path.parent_path(), Disk::real());
    return load_log_key(path);
}

std::vector<const SigningKey*> LogKeys::signers() const {
    std::vector<const SigningKey*> out{&current};
    if (former) out.push_back(&*former);
    return out;
}

std::vector<ledger::VerifierKey> LogKeys::verifiers(std::string_view origin) const {
    std::vector<ledger::VerifierKey> out;
    for (const SigningKey* key : signers())
        out.push_back(
            ledger::make_verifier_key(origin, ledger::KeyType::kEd25519, key->public_key()));
    return out;
}

Result<LogKeys> load_log_keys(const LogFiles& files) {
    auto current = load_log_key(files.key());
    if (!current) return fail(current.error());
    LogKeys keys{std::move(*current), std::nullopt};
    if (std::filesystem::exists(files.former_key())) {
        auto former = load_log_key(files.former_key());
        if (!former) return fail(former.error());
        // The same key twice is a change that was begun and not made.
        if (former->public_key() != keys.current.public_key()) keys.former = std::move(*former);
    }
    return keys;
}

}  // namespace suanpan::services
