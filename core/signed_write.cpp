#include "core/signed_write.hpp"

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <optional>

namespace suanpan::core {
namespace {

constexpr std::size_t kIdText = 30;    // "org_" and 26 more
constexpr std::size_t kTimeText = 20;  // "2026-11-20T08:00:00Z"
static_assert(kWriteLog.size() + kMaxSignedLog + kWriteBy.size() + kIdText + kWriteAt.size() +
                  kTimeText + kWriteTo.size() + kMaxSignedPath + kWriteOnce.size() +
                  kMaxSignedOnce ==
              kMaxPayloadTypeBytes);

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

// Nothing that could end it early or, as an escape, be read two ways.
bool is_plain(std::string_view text, std::size_t most) {
    return !text.empty() && text.size() <= most && std::ranges::all_of(text, [](char c) {
        return is_unreserved(c) || c == '/' || c == ':';
    });
}

// As the configuration takes it; no label can be in it.
bool is_log_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxSignedLog && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c <= '~' && c != '+' && c != ';';
    });
}

// What stands before the next label, which goes too; nothing when there is none.
std::optional<std::string_view> take_until(std::string_view& rest, std::string_view label) {
    const std::size_t at = rest.find(label);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view out = rest.substr(0, at);
    rest.remove_prefix(at + label.size());
    return out;
}

std::optional<WriteScope> parse_scope(std::string_view type) {
    if (!type.starts_with(kWriteLog)) return std::nullopt;
    std::string_view rest = type.substr(kWriteLog.size());
    const auto log = take_until(rest, kWriteBy);
    const auto by = take_until(rest, kWriteAt);
    const auto at = take_until(rest, kWriteTo);
    const auto path = take_until(rest, kWriteOnce);
    if (!log || !by || !at || !path) return std::nullopt;
    const auto author = parse_id<OrganisationId>(*by);
    const auto time = parse_time(*at);
    if (!author || !time) return std::nullopt;
    const WriteScope out{*log, *author, *time, *path, rest};
    const bool plain =
        is_log_name(out.log) && is_plain(out.path, kMaxSignedPath) && is_signable_once(out.once);
    // In one form only.
    return plain && write_payload_type(out) == type ? std::optional(out) : std::nullopt;
}

}  // namespace

bool is_signable_once(std::string_view once) {
    return !once.empty() && once.size() <= kMaxSignedOnce &&
           std::ranges::all_of(once, is_unreserved);
}

Result<std::string> signed_payload_type(const WriteScope& scope) {
    CHECK(is_signable_once(scope.once));
    if (is_log_name(scope.log) && is_plain(scope.path, kMaxSignedPath))
        return write_payload_type(scope);
    return fail("signed_too_long",
                "the path of a signed write has at most " + std::to_string(kMaxSignedPath) +
                    " letters, digits and -._~/:, the name of its log at most " +
                    std::to_string(kMaxSignedLog) + " characters and no semicolon");
}

SignedDigest signed_digest(const SignedWrite& write) {
    const Hash whole = sha256({as_chars(write.by.bytes), write.envelope.payload_type});
    SignedDigest out{};
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
    const auto scope = parse_scope(parsed->payload_type);
    if (!key || !scope) return bad();
    return SignedWrite{*key,
                       std::string(scope->log),
                       scope->by,
                       scope->at,
                       std::string(scope->path),
                       std::string(scope->once),
                       std::move(*parsed)};
}

bool is_signature_over(Time signed_at, Time now) {
    return now.value > signed_at.value + kSignatureGood.value;
}

Result<void> check_signed_at(Time signed_at, Time now) {
    if (signed_at.value > now.value + kSignatureAhead.value) {
        return fail("signature_early", "it says that it was signed at " + to_string(signed_at) +
                                           ", more than 5 minutes from now, " + to_string(now));
    }
    if (is_signature_over(signed_at, now)) {
        return fail("signature_expired", "it was signed at " + to_string(signed_at) +
                                             ", more than a day before " + to_string(now));
    }
    return {};
}

}  // namespace suanpan::core
