#include "apps/suanpan-audit/entry_signatures.hpp"

#include "base/dsse.hpp"
#include "core/entries.hpp"

#include <variant>

namespace suanpan::audit {
namespace {

// An entry of the kinds below is always a command that was taken; its body has one of a few forms.
template <typename Body>
Result<const Body*> body_of(const Result<core::LoggedEntry>& logged) {
    if (!logged) return fail(logged.error());
    if (!logged->command) return fail("bad_entry", "the entry is no command");
    return std::get_if<Body>(&logged->command->body);
}

}  // namespace

std::vector<EntryHook> EntrySignatures::hooks() {
    return {{"key", [this](const EntryView& entry) { return note_key(entry); }},
            {"readings", [this](const EntryView& entry) { return check_readings(entry); }}};
}

Result<void> EntrySignatures::note_key(const EntryView& entry) {
    const auto logged = core::parse_entry(entry.bytes);
    const auto registered = body_of<core::RegisterMeter>(logged);
    if (!registered) return fail(registered.error());
    if (*registered != nullptr) keys_[(*registered)->id] = (*registered)->key;
    const auto revoked = body_of<core::RevokeMeter>(logged);
    if (revoked && *revoked != nullptr) revoked_.insert((*revoked)->id);
    return {};
}

Result<void> EntrySignatures::check_readings(const EntryView& entry) {
    const auto logged = core::parse_entry(entry.bytes);
    const auto body = body_of<core::SubmitReadings>(logged);
    if (!body) return fail(body.error());
    if (*body == nullptr) return fail("bad_entry", "the entry holds no batch of readings");
    const MeterId meter = (*body)->batch.meter;
    const auto key = keys_.find(meter);
    if (key == keys_.end())
        return fail("unknown_meter", "no entry before registers the meter " + to_string(meter));
    if (revoked_.contains(meter))
        return fail("revoked_meter", "the key of the meter " + to_string(meter) + " was revoked");
    const auto envelope = parse_envelope((*body)->envelope);
    if (!envelope) return fail("bad_entry", envelope.error().detail());
    if (!suanpan::verify(*envelope, key->second)) {
        return fail("bad_signature",
                    "the readings are not signed with the key of the meter " + to_string(meter));
    }
    ++batches_;
    return {};
}

}  // namespace suanpan::audit
