#include "apps/suanpan-audit/signed_writes.hpp"

#include "base/bytes.hpp"
#include "core/entries.hpp"
#include "core/fields.hpp"
#include "core/signed_command.hpp"
#include "ledger/succession.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace suanpan::audit {
namespace {

constexpr std::string_view kSigned = "signed";

tl::unexpected<Error> unknown_key(const SigningKeyId& id) {
    return fail("unknown_key", "no entry before registers the signing key " + to_string(id) +
                                   " for the organisation");
}

Result<core::SignedOnce> read_once(const Json& item) {
    core::SignedOnce out{};
    if (!item.is_string()) return fail("bad_state", "a digest is a text");
    const auto bytes = from_base64(item.get_ref<const std::string&>());
    if (!bytes || bytes->size() != out.size())
        return fail("bad_state", "a digest of a signed write has 16 bytes");
    std::ranges::transform(*bytes, out.begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    return out;
}

}  // namespace

struct SignedWrites::Signed {
    core::Command command;
    core::SignedWrite write;
    bool refused = false;
};

std::vector<EntryHook> SignedWrites::hooks() {
    return {{"key", [this](const EntryView& entry) { return note_key(entry); }},
            {"", [this](const EntryView& entry) { return check_write(entry); }}};
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
    if (!write) return fail(write.error());
    const auto said = std::make_shared<const Signed>(
        Signed{std::move(*logged->command), std::move(*write), logged->refused});
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
        if (!once_.insert(core::signed_once(write)).second) {
            return fail("signature_reused", "what the key " + to_string(write.key) +
                                                " signed for " + write.path +
                                                " was carried out before");
        }
        ++writes_;
    }
    if (!known) return LateCheck{};
    return [entry, by = key->second.key]() -> Result<void> {
        const auto verified = core::verify_author(entry->command, by);
        if (!verified) return fail(verified.error());
        return {};
    };
}

Json SignedWrites::state() const {
    Json keys = Json::array();
    for (const auto& [id, key] : keys_) {
        keys.push_back({{"id", to_string(id)},
                        {"organisation", to_string(key.organisation)},
                        {"key", to_base64(as_chars(key.key))},
                        {"revoked", key.revoked}});
    }
    Json once = Json::array();
    for (const core::SignedOnce& each : once_)
        once.push_back(to_base64(as_chars(each)));
    return {{"keys", std::move(keys)}, {"once", std::move(once)}};
}

Result<void> SignedWrites::restore(const Json& state) {
    core::Fields in(state);
    const auto read_key = [](const Json& item) -> Result<std::pair<SigningKeyId, Key>> {
        core::Fields each(item);
        const auto id = each.id<SigningKeyId>("id");
        const Key key{each.id<OrganisationId>("organisation"),
                      each.parsed("key", core::parse_public_key), each.flag("revoked")};
        if (const auto finished = each.finish(); !finished) return fail(finished.error());
        return std::pair(id, key);
    };
    const auto keys = in.list("keys", read_key);
    const auto once = in.list("once", read_once);
    if (const auto finished = in.finish(); !finished)
        return fail("bad_state", finished.error().detail());
    keys_ = {keys.begin(), keys.end()};
    once_ = {once.begin(), once.end()};
    writes_ = once_.size();
    return {};
}

}  // namespace suanpan::audit
