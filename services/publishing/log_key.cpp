#include "services/publishing/log_key.hpp"

#include "services/key_file.hpp"

#include <openssl/crypto.h>

#include <string>

namespace suanpan::services {
namespace {

tl::unexpected<Error> refuse(KeyFault fault, const std::filesystem::path& path) {
    switch (fault) {
        case KeyFault::kUnreadable:
            return fail("no_log_key", "the log's key file " + path.string() + " cannot be read");
        case KeyFault::kExposed:
            return fail("log_key_exposed", "others can open " + path.string() +
                                               ", the log's key file: its mode must be 0600");
        case KeyFault::kMalformed: break;
    }
    return fail("bad_log_key", path.string() +
                                   " must hold 64 hexadecimal digits, the seed of an Ed25519 key, "
                                   "and nothing else");
}

}  // namespace

Result<SigningKey> load_log_key(const std::filesystem::path& path) {
    auto seed = read_key_file(path);
    if (!seed) return refuse(seed.error(), path);
    SigningKey key(*seed);
    OPENSSL_cleanse(seed->data(), seed->size());
    return key;
}

Result<SigningKey> load_or_make_log_key(const std::filesystem::path& path) {
    make_key_file(path);
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
