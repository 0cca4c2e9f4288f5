#include "ledger/entry.hpp"

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "ledger/text.hpp"
#include "ledger/tile.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

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

// What a header is made of; nothing where the member is missing or is of another type.
struct HeaderMembers {
    std::optional<std::int64_t> version;
    std::optional<std::string_view> kind;
    std::optional<std::string_view> time;
    std::optional<std::string_view> salt;
    std::string_view auth;
};

HeaderMembers members_of(const Json& body) {
    HeaderMembers out;
    const auto text = [&body](const char* name) -> std::optional<std::string_view> {
        const std::string* found = find_text(body, name);
        return found == nullptr ? std::nullopt : std::optional<std::string_view>(*found);
    };
    const auto version = body.find("v");
    if (version != body.end() && version->is_number_integer())
        out.version = version->get<std::int64_t>();
    out.kind = text("kind");
    out.time = text("time");
    out.salt = text("salt");
    out.auth = text("auth").value_or("");
    return out;
}

// Of a plain text, whose values stand in it as they are.
HeaderMembers members_of(std::span<const PlainMember> members) {
    HeaderMembers out;
    for (const auto& [name, value] : members) {
        if (name == "v" && value == "1") out.version = kVersion;
        if (!value.starts_with('"')) continue;
        const std::string_view text = value.substr(1, value.size() - 2);
        if (name == "kind") out.kind = text;
        if (name == "time") out.time = text;
        if (name == "salt") out.salt = text;
        if (name == "auth") out.auth = text;
    }
    return out;
}

Result<EntryHeader> read_header(const HeaderMembers& members) {
    if (!members.version) return bad_entry("the field \"v\", a whole number, is missing");
    if (!members.kind) return bad_entry("the field \"kind\", a text, is missing");
    if (!members.time) return bad_entry("the field \"time\", a text, is missing");
    const auto time = parse_time(*members.time);
    if (!time) return bad_entry("the field \"time\" is not a UTC time in whole seconds");
    if (!members.salt || members.salt->size() != kSaltDigits || !from_hex(*members.salt))
        return bad_entry("the field \"salt\" is not 32 hexadecimal digits");
    if (*members.version != kVersion) {
        return fail("unknown_version", "version " + std::to_string(*members.version) +
                                           " of entries is not known, only 1 is");
    }
    if (!is_entry_kind(*members.kind)) {
        return fail("unknown_kind",
                    "entries of kind \"" + printable(*members.kind) + "\" are not known");
    }
    return EntryHeader{std::string(*members.kind), *time, std::string(*members.salt),
                       std::string(members.auth)};
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
    // Nearly all entries are plain; what is odd about another, the long way finds out.
    const auto plain = read_plain_json(bytes);
    if (plain && body == nullptr) {
        auto header = read_header(members_of(*plain));
        if (header) return header;
    }
    auto parsed = parse_json(bytes);
    if (!parsed) return fail(parsed.error());
    if (!plain && canonical_json(*parsed) != bytes)
        return fail("not_canonical", "the entry is not in canonical form (RFC 8785)");
    if (!parsed->is_object()) return bad_entry("an entry is a JSON object");
    auto header = read_header(members_of(*parsed));
    if (header && body != nullptr) *body = std::move(*parsed);
    return header;
}

}  // namespace suanpan::ledger
