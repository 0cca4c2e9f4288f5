#include "apps/suanpan-audit/signed_writes.hpp"

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "core/entries.hpp"
#include "core/fields.hpp"
#include "core/signed_command.hpp"
#include "ledger/succession.hpp"
#include "ledger/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace suanpan::audit {
namespace {

constexpr std::string_view kSigned = "signed";

tl::unexpected<Error> unknown_key(const SigningKeyId& id) {
    return fail("unknown_key", "no entry before registers the signing key " + to_string(id) +
                                   " for the organisation");
}

Result<core::SignedDigest> parse_digest(std::string_view text) {
    core::SignedDigest out{};
    const auto bytes = from_base64(text);
    if (!bytes || bytes->size() != out.size())
        return fail("bad_state", "a digest of a signed write has 16 bytes");
    std::ranges::transform(*bytes, out.begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    return out;
}

Result<std::uint64_t> parse_writes(std::string_view text) {
    const auto count = ledger::parse_count(text);
    if (!count) return fail("bad_state", "must be a count");
    return *count;
}

}  // namespace

struct SignedWrites::Signed {
    core::Command command;
    core::SignedWrite write;
    Time time;
    bool refused = false;
};

// An entry is signed with a key that was in force before it: the key that it revokes may sign it,
// the one that it registers may not.
std::vector<EntryHook> SignedWrites::hooks(std::string origin) {
    origin_ = std::move(origin);
    return {{"", [this](const EntryView& entry) { return check_write(entry); }},
            {"key", [this](const EntryView& entry) { return note_key(entry); }}};
}

Result<OrderedStep> SignedWrites::note_key(const EntryView& entry) {
    if (ledger::is_log_statement(entry.bytes)) return OrderedStep{};
    const auto logged = core::parse_entry(entry.bytes);
    if (!logged) return fail(logged.error());
    if (!logged->command) return fail("bad_entry", "the entry is no command");
    const core::CommandBody& body = logged->command->body;
    if (const auto* registered = std::get_if<core::RegisterSigningKey>(&body)) {
        return [this, key = *registered]() -> Result<LateCheck> {
            if (keys_.try_emplace(key.id, Key{key.organisation, key.key}).second)
                return LateCheck{};
            return fail("key_exists",
                        "an entry before registers the key " + to_string(key.id) + " already");
        };
    }
    if (const auto* revoked = std::get_if<core::RevokeSigningKey>(&body)) {
        return [this, id = revoked->id]() -> Result<LateCheck> {
            const auto key = keys_.find(id);
            if (key == keys_.end()) return unknown_key(id);
            if (std::exchange(key->second.revoked, true))
                return fail("revoked_key", "the key " + to_string(id) + " was revoked before");
            return LateCheck{};
        };
    }
    return OrderedStep{};
}

Result<OrderedStep> SignedWrites::check_write(const EntryView& entry) {
    if (entry.header.auth != kSigned) return OrderedStep{};
    auto logged = core::parse_entry(entry.bytes);
    if (!logged) return fail(logged.error());
    if (!logged->command || logged->command->signature.empty()) {
        return fail("unverifiable_author",
                    "the entry says that its author signed it, which nothing in it proves");
    }
    auto write = core::read_signed_write(logged->command->signature);
    // What the market refused stands for nothing.
    if (logged->refused && (!write || write->by != logged->command->actor)) return OrderedStep{};
    if (!write) return fail(write.error());
    const auto said = std::make_shared<const Signed>(
        Signed{std::move(*logged->command), std::move(*write), logged->time, logged->refused});
    return [this, said] { return check(said); };
}

Result<LateCheck> SignedWrites::check(const std::shared_ptr<const Signed>& entry) {
    const core::SignedWrite& write = entry->write;
    const auto key = keys_.find(write.key);
    const bool known = key != keys_.end() && key->second.organisation == entry->command.actor;
    if (!entry->refused) {
        if (!known) return unknown_key(write.key);
        if (key->second.revoked)
            return fail("revoked_key", "the signing key " + to_string(write.key) + " was revoked");
        if (const auto taken = use_up(write, entry->time); !taken) return fail(taken.error());
    }
    if (!known) return LateCheck{};
    return [entry, by = key->second.key] {
        return core::verify_author(entry->command, entry->write, by);
    };
}

// As the market does it, of which the log is to be the proof.
Result<void> SignedWrites::use_up(const core::SignedWrite& write, Time now) {
    if (!origin_.empty() && write.log != origin_)
        return fail("foreign_signature", "it was signed for the log " + write.log);
    if (const auto good = core::check_signed_at(write.at, now); !good) return good;
    while (!used_.empty() && core::is_signature_over(used_.begin()->first, now))
        used_.erase(used_.begin());
    if (!used_.emplace(write.at, core::signed_digest(write)).second) {
        return fail("signature_reused",
                    "what was signed for " + write.path + " was carried out before");
    }
    ++writes_;
    return {};
}

Json SignedWrites::state() const {
    Json keys = Json::array();
    for (const auto& [id, key] : keys_) {
        keys.push_back({{"id", to_string(id)},
                        {"organisation", to_string(key.organisation)},
                        {"key", to_base64(as_chars(key.key))},
                        {"revoked", key.revoked}});
    }
    Json used = Json::array();
    for (const auto& [at, digest] : used_)
        used.push_back({{"at", to_string(at)}, {"digest", to_base64(as_chars(digest))}});
    return {
        {"keys", std::move(keys)}, {"used", std::move(used)}, {"writes", std::to_string(writes_)}};
}

Result<void> SignedWrites::restore(const Json& state) {
    core::Fields in(state);
    const auto read_key = [](const Json& item) -> Result<std::pair<SigningKeyId, Key>> {
        core::Fields each(item);
        const auto id = each.id<SigningKeyId>("id");
        const Key key{each.id<OrganisationId>("organisation"), each.parsed("key", parse_public_key),
                      each.flag("revoked")};
        if (const auto finished = each.finish(); !finished) return fail(finished.error());
        return std::pair(id, key);
    };
    const auto keys = in.list("keys", read_key);
    const auto read_used = [](const Json& item) -> Result<Used> {
        core::Fields each(item);
        const Used used{each.time("at"), each.parsed("digest", parse_digest)};
        if (const auto finished = each.finish(); !finished) return fail(finished.error());
        return used;
    };
    const auto used = in.list("used", read_used);
    const auto writes = in.parsed("writes", parse_writes);
    if (const auto finished = in.finish(); !finished)
        return fail("bad_state", finished.error().detail());
    keys_ = {keys.begin(), keys.end()};
    used_ = {used.begin(), used.end()};
    writes_ = writes;
    return {};
}

}  // namespace suanpan::audit
