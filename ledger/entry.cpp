#include "ledger/entry.hpp"

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "ledger/text.hpp"
#include "ledger/tile.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace suanpan::ledger {
namespace {

constexpr std::array<std::string_view, 30> kKinds = {
    "organisation", "key",      "market",     "schedule",      "model",     "attestation",
    "site",         "pool",     "title",      "calendar",      "order",     "replace",
    "cancel",       "refused",  "trade",      "auction",       "tick",      "lease",
    "readings",     "evidence", "dispute",    "ruling",        "programme", "grant",
    "agreement",    "transfer", "settlement", "period_closed", "admin",     "correction",
};

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kSaltDigits = 32;

const std::string* find_text(const Json& object, const char* name) {
    const auto field = object.find(name);
    if (field == object.end() || !field->is_string()) return nullptr;
    return field->get_ptr<const std::string*>();
}

tl::unexpected<Error> bad_entry(std::string detail) {
    return fail("bad_entry", std::move(detail));
}

Result<EntryHeader> read_header(const Json& body) {
    if (!body.is_object()) return bad_entry("an entry is a JSON object");
    const auto version = body.find("v");
    if (version == body.end() || !version->is_number_integer())
        return bad_entry("the field \"v\", a whole number, is missing");
    const std::string* kind = find_text(body, "kind");
    if (kind == nullptr) return bad_entry("the field \"kind\", a text, is missing");
    const std::string* time_text = find_text(body, "time");
    if (time_text == nullptr) return bad_entry("the field \"time\", a text, is missing");
    const auto time = parse_time(*time_text);
    if (!time) return bad_entry("the field \"time\" is not a UTC time in whole seconds");
    const std::string* salt = find_text(body, "salt");
    if (salt == nullptr || salt->size() != kSaltDigits || !from_hex(*salt))
        return bad_entry("the field \"salt\" is not 32 hexadecimal digits");
    if (*version != kVersion) {
        return fail("unknown_version",
                    "version " + version->dump() + " of entries is not known, only 1 is");
    }
    if (!is_entry_kind(*kind))
        return fail("unknown_kind", "entries of kind \"" + printable(*kind) + "\" are not known");
    return EntryHeader{*kind, *time, *salt};
}

}  // namespace

std::span<const std::string_view> entry_kinds() {
    return kKinds;
}

bool is_entry_kind(std::string_view kind) {
    return std::ranges::find(kKinds, kind) != kKinds.end();
}

Result<EntryHeader> parse_entry(std::string_view bytes, Json* body) {
    if (bytes.size() > kMaxEntryBytes) {
        return fail("entry_too_large", "an entry has at most 65,535 bytes, this one has " +
                                           std::to_string(bytes.size()));
    }
    auto parsed = parse_json(bytes);
    if (!parsed) return fail(parsed.error());
    if (canonical_json(*parsed) != bytes)
        return fail("not_canonical", "the entry is not in canonical form (RFC 8785)");
    auto header = read_header(*parsed);
    if (header && body != nullptr) *body = std::move(*parsed);
    return header;
}

}  // namespace suanpan::ledger
