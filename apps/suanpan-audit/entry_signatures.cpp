#include "apps/suanpan-audit/entry_signatures.hpp"

#include "base/dsse.hpp"
#include "core/entries.hpp"
#include "core/fields.hpp"
#include "ledger/succession.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <utility>
#include <variant>

namespace suanpan::audit {
namespace {

// An entry of the kinds below is always a command that was taken; its body has one of a few forms.
Result<core::CommandBody> body_of(const EntryView& entry) {
    auto logged = core::parse_entry(entry.bytes);
    if (!logged) return fail(logged.error());
    if (!logged->command) return fail("bad_entry", "the entry is no command");
    return std::move(logged->command->body);
}

tl::unexpected<Error> unknown_meter(const MeterId& meter) {
    return fail("unknown_meter", "no entry before registers the meter " + to_string(meter));
}

LateCheck signature_check(std::shared_ptr<const DsseEnvelope> envelope, const MeterId& meter,
                          const PublicKey& key) {
    return [envelope = std::move(envelope), meter, key]() -> Result<void> {
        if (suanpan::verify(*envelope, key)) return {};
        return fail("bad_signature",
                    "the readings are not signed with the key of the meter " + to_string(meter));
    };
}

}  // namespace

std::vector<EntryHook> EntrySignatures::hooks() {
    return {{"key", [this](const EntryView& entry) { return note_key(entry); }},
            {"readings", [this](const EntryView& entry) { return check_readings(entry); }},
            {"transfer", [this](const EntryView& entry) { return check_payment(entry); }}};
}

Result<OrderedStep> EntrySignatures::note_key(const EntryView& entry) {
    if (ledger::is_log_statement(entry.bytes)) return OrderedStep{};  // the log's own key
    const auto body = body_of(entry);
    if (!body) return fail(body.error());
    if (const auto* registered = std::get_if<core::RegisterMeter>(&*body)) {
        return [this, id = registered->id, key = registered->key]() -> Result<LateCheck> {
            // A key never changes: a new one is a new meter. Else readings could be signed with a
            // key put in for a moment.
            if (!keys_.try_emplace(id, key).second) {
                return fail("meter_exists",
                            "an entry before registers the meter " + to_string(id) + " already");
            }
            return LateCheck{};
        };
    }
    if (const auto* payer = std::get_if<core::RegisterPaymentKey>(&*body)) {
        return [this, id = payer->id, key = payer->key]() -> Result<LateCheck> {
            payment_keys_.try_emplace(id, key);
            return LateCheck{};
        };
    }
    if (const auto* revoked = std::get_if<core::RevokeMeter>(&*body)) {
        return [this, id = revoked->id]() -> Result<LateCheck> {
            if (!keys_.contains(id)) return unknown_meter(id);
            if (!revoked_.insert(id).second) {
                return fail("revoked_meter",
                            "the key of the meter " + to_string(id) + " was revoked before");
            }
            return LateCheck{};
        };
    }
    return OrderedStep{};
}

Result<OrderedStep> EntrySignatures::check_readings(const EntryView& entry) {
    const auto body = body_of(entry);
    if (!body) return fail(body.error());
    const auto* readings = std::get_if<core::SubmitReadings>(&*body);
    if (readings == nullptr) return fail("bad_entry", "the entry holds no batch of readings");
    auto parsed = parse_envelope(readings->envelope);
    if (!parsed) return fail("bad_entry", parsed.error().detail());
    auto envelope = std::make_shared<const DsseEnvelope>(std::move(*parsed));
    return [this, meter = readings->batch.meter,
            envelope = std::move(envelope)]() -> Result<LateCheck> {
        const auto key = keys_.find(meter);
        if (key == keys_.end()) return unknown_meter(meter);
        if (revoked_.contains(meter))
            return fail("revoked_meter",
                        "the key of the meter " + to_string(meter) + " was revoked");
        ++batches_;
        return signature_check(envelope, meter, key->second);
    };
}

// A revoked key signs nothing that the market takes: replay shows it.
Result<OrderedStep> EntrySignatures::check_payment(const EntryView& entry) {
    const auto body = body_of(entry);
    if (!body) return fail(body.error());
    const auto* payment = std::get_if<core::TakePayment>(&*body);
    if (payment == nullptr) return OrderedStep{};
    auto parsed = parse_envelope(payment->envelope);
    if (!parsed) return fail("bad_entry", parsed.error().detail());
    auto envelope = std::make_shared<const DsseEnvelope>(std::move(*parsed));
    return [this, id = payment->notice.key, envelope = std::move(envelope)]() -> Result<LateCheck> {
        const auto key = payment_keys_.find(id);
        if (key == payment_keys_.end())
            return fail("unknown_payment_key", "no entry before registers " + to_string(id));
        return LateCheck([envelope, id, key = key->second]() -> Result<void> {
            if (suanpan::verify(*envelope, key)) return {};
            return fail("bad_signature", "the payment is not signed with the key " + to_string(id));
        });
    };
}

Json EntrySignatures::state() const {
    Json keys = Json::object();
    for (const auto& [meter, key] : keys_)
        keys[to_string(meter)] = to_base64(as_chars(key));
    Json revoked = Json::array();
    for (const MeterId& meter : revoked_)
        revoked.push_back(to_string(meter));
    Json payers = Json::object();
    for (const auto& [id, key] : payment_keys_)
        payers[to_string(id)] = to_base64(as_chars(key));
    return {{"keys", keys},
            {"revoked", revoked},
            {"payment_keys", payers},
            {"batches", std::to_string(batches_)}};
}

Result<void> EntrySignatures::restore(const Json& state) {
    core::Fields in(state);
    const auto read_key = [](std::string_view text) -> Result<PublicKey> {
        const auto raw = from_base64(text);
        return raw ? public_key_from(*raw) : fail(raw.error());
    };
    const auto keys = in.table("keys", read_key);
    const auto payers = in.table("payment_keys", read_key);
    const auto read_meter = [](const Json& item) -> Result<MeterId> {
        if (!item.is_string()) return fail("bad_state", "a meter is a text");
        return parse_id<MeterId>(item.get_ref<const std::string&>());
    };
    const auto revoked = in.list("revoked", read_meter);
    const std::int64_t batches = in.integer("batches");
    if (const auto finished = in.finish(); !finished || batches < 0)
        return fail("bad_state", finished ? "negative" : finished.error().detail());
    for (const auto& [name, key] : keys) {
        const auto meter = parse_id<MeterId>(name);
        if (!meter) return fail("bad_state", meter.error().detail());
        keys_[*meter] = key;
    }
    for (const auto& [name, key] : payers) {
        const auto id = parse_id<SigningKeyId>(name);
        if (!id) return fail("bad_state", id.error().detail());
        payment_keys_[*id] = key;
    }
    revoked_ = {revoked.begin(), revoked.end()};
    batches_ = static_cast<std::uint64_t>(batches);
    return {};
}

}  // namespace suanpan::audit
