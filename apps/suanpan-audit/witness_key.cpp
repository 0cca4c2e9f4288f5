#include "apps/suanpan-audit/witness_key.hpp"

#include "apps/suanpan-audit/durable_file.hpp"
#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/log_source.hpp"
#include "base/random.hpp"
#include "ledger/text.hpp"

#include <openssl/crypto.h>
#include <sys/stat.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBegin = "PRIVATE+KEY+";
constexpr char kType = static_cast<char>(ledger::KeyType::kCosignatureV1);
constexpr std::size_t kMaxKeyFile = 1'024;

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
}

WitnessKey make(const std::string& name, Seed& seed) {
    SigningKey key(seed);
    OPENSSL_cleanse(seed.data(), seed.size());
    auto verifier =
        ledger::make_verifier_key(name, ledger::KeyType::kCosignatureV1, key.public_key());
    return {std::move(verifier), std::move(key)};
}

// "<name>+<8 hex digits>" of the verifier key's text.
std::string name_and_id(const ledger::VerifierKey& verifier) {
    const std::string text = to_string(verifier);
    return text.substr(0, verifier.name.size() + 9);
}

}  // namespace

WitnessKey make_witness_key(const fs::path& path, const std::string& name) {
    if (!ledger::is_key_name(name)) {
        throw AuditError("'" + name +
                         "' cannot be a key's name: use one without spaces and '+', such as "
                         "witness.example.org/one");
    }
    Seed seed = random_seed();
    std::string secret = std::string(1, kType) + std::string(as_chars(seed));
    WitnessKey out = make(name, seed);
    std::string encoded = to_base64(secret);
    std::string text = std::string(kBegin) + name_and_id(out.verifier) + "+" + encoded + "\n";
    write_new_secret(path, text);
    wipe(secret);
    wipe(encoded);
    wipe(text);
    return out;
}

WitnessKey load_witness_key(const fs::path& path) {
    struct ::stat about{};
    if (::stat(path.c_str(), &about) != 0) {
        throw AuditError("there is no key file " + path.string() +
                         ": make one with suanpan-audit witness keygen");
    }
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw AuditError("others can open " + path.string() +
                         ", the witness's key file: its mode must be 0600");
    }
    std::string text = read_local_file(path, kMaxKeyFile);
    std::string_view rest = text;
    if (rest.ends_with('\n')) rest.remove_suffix(1);
    // Neither a name nor the digits can hold a '+', base64 can.
    const std::size_t id = rest.find('+', kBegin.size());
    const std::size_t data = id == std::string_view::npos ? id : rest.find('+', id + 1);
    const bool form = rest.starts_with(kBegin) && id != std::string_view::npos &&
                      id > kBegin.size() && data == id + 9;
    std::string name;
    std::string given;
    Seed seed{};
    bool good = form;
    if (form) {
        name = rest.substr(kBegin.size(), id - kBegin.size());
        given = rest.substr(kBegin.size(), data - kBegin.size());
        auto raw = from_base64(rest.substr(data + 1));
        good = raw && raw->size() == seed.size() + 1 && raw->front() == kType &&
               ledger::is_key_name(name);
        if (good) std::ranges::copy(raw->substr(1), seed.begin());
        if (raw) wipe(*raw);
    }
    wipe(text);
    if (!good) throw AuditError(path.string() + " does not hold a witness's key");
    WitnessKey out = make(name, seed);
    if (name_and_id(out.verifier) != given)
        throw AuditError(path.string() + " was altered: the key's id is not that of its key");
    return out;
}

}  // namespace suanpan::audit
