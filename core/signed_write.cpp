#include "core/signed_write.hpp"

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/write_type.hpp"

#include <algorithm>

namespace suanpan::core {
namespace {

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

// Nothing that could end it early or be read two ways.
bool is_signable_path(std::string_view path) {
    return path.starts_with('/') && std::ranges::all_of(path, [](char c) {
               return is_unreserved(c) || c == '/' || c == ':' || c == '%';
           });
}

}  // namespace

bool is_signable_once(std::string_view once) {
    return !once.empty() && once.size() <= kMaxSignedOnce &&
           std::ranges::all_of(once, is_unreserved);
}

Result<std::string> signed_payload_type(std::string_view path, std::string_view once) {
    CHECK(is_signable_once(once));
    std::string out = write_payload_type(path, once);
    if (is_signable_path(path) && out.size() <= kMaxPayloadTypeBytes) return out;
    return fail("signed_too_long",
                "the path of a signed write has letters, digits and -._~/:% "
                "only, and with its Idempotency-Key at most " +
                    std::to_string(kMaxPayloadTypeBytes - kWriteType.size() - kWriteOnce.size()) +
                    " characters");
}

SignedOnce signed_once(const SignedWrite& write) {
    const Hash whole = sha256({as_chars(write.key.bytes), write.envelope.payload_type});
    SignedOnce out{};
    std::copy_n(whole.begin(), out.size(), out.begin());
    return out;
}

Result<SignedWrite> read_signed_write(std::string_view envelope) {
    const auto bad = [] {
        return fail("bad_signature", "the envelope is not that of a signed write");
    };
    auto parsed = parse_envelope(envelope);
    if (!parsed || parsed->signatures.size() != 1 || parsed->payload.size() > kMaxSignedBody)
        return bad();
    const auto key = parse_id<SigningKeyId>(parsed->signatures.front().keyid);
    const std::string_view type = parsed->payload_type;
    // The last one: a path has none.
    const std::size_t once_at = type.rfind(kWriteOnce);
    if (!key || !type.starts_with(kWriteType) || once_at == std::string_view::npos ||
        once_at < kWriteType.size())
        return bad();
    SignedWrite out{*key, std::string(type.substr(kWriteType.size(), once_at - kWriteType.size())),
                    std::string(type.substr(once_at + kWriteOnce.size())), std::move(*parsed)};
    if (!is_signable_path(out.path) || !is_signable_once(out.once)) return bad();
    return out;
}

}  // namespace suanpan::core
