#include "apps/suanpan-audit/entry_signatures.hpp"

#include "apps/suanpan-audit/key_table.hpp"
#include "base/dsse.hpp"
#include "base/time.hpp"
#include "core/entries.hpp"
#include "core/fields.hpp"
#include "ledger/succession.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <variant>

namespace suanpan::audit {
namespace {

// An entry of the kinds below is always a command that was taken; its body has one of a few forms.
Result<core::Command> command_of(const EntryView& entry) {
    auto logged = core::parse_entry(entry.bytes);
    if (!logged) return fail(logged.error());
    if (!logged->command) return fail("bad_entry", "the entry is no command");
    return std::move(*logged->command);
}

Result<core::CommandBody> body_of(const EntryView& entry) {
    auto command = command_of(entry);
    if (!command) return fail(command.error());
    return std::move(command->body);
}

tl::unexpected<Error> unknown_meter(const MeterId& meter) {
    return fail("unknown_meter", "no entry before registers the meter " + to_string(meter));
}

tl::unexpected<Error> unknown_key(const SigningKeyId& key) {
    return fail("unknown_key", "no entry before registers the arbiter's key " + to_string(key));
}

LateCheck signature_check(std::shared_ptr<const DsseEnvelope> envelope, std::string what,
                          const PublicKey& key) {
    return [envelope = std::move(envelope), what = std::move(what), key]() -> Result<void> {
        if (suanpan::verify(*envelope, key)) return {};
        return fail("bad_signature", what);
    };
}

Result<std::shared_ptr<const DsseEnvelope>> envelope_of(const std::string& json) {
    auto parsed = parse_envelope(json);
    if (!parsed) return fail("bad_entry", parsed.error().detail());
    return std::make_shared<const DsseEnvelope>(std::move(*parsed));
}

template <typename IdType>
Result<IdType> read_id(const Json& item) {
    if (!item.is_string()) return fail("bad_state", "an id is a text");
    return parse_id<IdType>(item.get_ref<const std::string&>());
}

Json old_key_json(const MeterId& meter, const settlement::MeterKey& key) {
    return {{"meter", to_string(meter)},
            {"key", to_base64(as_chars(key.key))},
            {"until", to_string(*key.until)},
            {"revoked", key.revoked}};
}

Result<std::pair<MeterId, settlement::MeterKey>> read_old_key(const Json& item) {
    core::Fields in(item);
    std::pair<MeterId, settlement::MeterKey> out;
    out.first = in.id<MeterId>("meter");
    out.second = {in.parsed("key", parse_public_key), in.time("until"), in.flag("revoked")};
    if (const auto finished = in.finish(); !finished) return fail(finished.error());
    return out;
}

template <typename IdType>
Json ids_json(const std::set<IdType>& ids) {
    Json out = Json::array();
    for (const IdType& id : ids)
        out.push_back(to_string(id));
    return out;
}

}  // namespace

std::vector<EntryHook> EntrySignatures::hooks(std::string origin) {
    std::vector<EntryHook> out = signed_writes_.hooks(std::move(origin));
    out.insert(out.end(),
               {{"key", [this](const EntryView& entry) { return note_key(entry); }},
                {"readings", [this](const EntryView& entry) { return check_readings(entry); }},
                {"ruling", [this](const EntryView& entry) { return check_ruling(entry); }},
                {"admin", [this](const EntryView& entry) { return note_decision(entry); }},
                {"transfer", [this](const EntryView& entry) { return check_payment(entry); }}});
    return out;
}

Result<OrderedStep> EntrySignatures::note_key(const EntryView& entry) {
    if (ledger::is_log_statement(entry.bytes)) return OrderedStep{};  // the log's own key
    const auto command = command_of(entry);
    if (!command) return fail(command.error());
    const core::CommandBody& body = command->body;
    if (const auto* registered = std::get_if<core::RegisterMeter>(&body)) {
        return [this, id = registered->id, key = registered->key]() -> Result<LateCheck> {
            // A key changes by a rotation alone. Else readings could be signed with a key put in
            // for a moment.
            if (!keys_.try_emplace(id, settlement::MeterKeys(key)).second) {
                return fail("meter_exists",
                            "an entry before registers the meter " + to_string(id) + " already");
            }
            return LateCheck{};
        };
    }
    const Time time = entry.header.time;
    if (const auto* payer = std::get_if<core::RegisterPaymentKey>(&body)) {
        return [this, id = command->id, asked = *payer, time]() -> Result<LateCheck> {
            payment_keys_.ask(id, asked, time);
            return LateCheck{};
        };
    }
    if (const auto* payer = std::get_if<core::RevokePaymentKey>(&body)) {
        return [this, id = payer->id]() -> Result<LateCheck> {
            if (const auto done = payment_keys_.revoke(id); !done) return fail(done.error());
            return LateCheck{};
        };
    }
    return note_key_change(body, time);
}

// What a second person of the operator says to what the first one asked for.
Result<OrderedStep> EntrySignatures::note_decision(const EntryView& entry) {
    const auto body = body_of(entry);
    if (!body) return fail(body.error());
    if (const auto* approval = std::get_if<core::ApproveRequest>(&*body)) {
        return [this, given = *approval, time = entry.header.time]() -> Result<LateCheck> {
            if (const auto done = payment_keys_.approve(given, time); !done)
                return fail(done.error());
            return LateCheck{};
        };
    }
    if (const auto* rejection = std::get_if<core::RejectRequest>(&*body)) {
        return [this, given = *rejection]() -> Result<LateCheck> {
            payment_keys_.reject(given);
            return LateCheck{};
        };
    }
    return OrderedStep{};
}

Result<OrderedStep> EntrySignatures::note_key_change(const core::CommandBody& body, Time time) {
    const auto change = [this](const MeterId& id, auto apply) -> OrderedStep {
        return [this, id, apply]() -> Result<LateCheck> {
            const auto keys = keys_.find(id);
            if (keys == keys_.end()) return unknown_meter(id);
            if (const auto done = apply(keys->second); !done) return fail(done.error());
            return LateCheck{};
        };
    };
    if (const auto* meter = std::get_if<core::RevokeMeter>(&body))
        return change(meter->id, [](settlement::MeterKeys& keys) { return keys.revoke(); });
    if (const auto* rotation = std::get_if<core::RotateMeter>(&body)) {
        return change(rotation->id, [to = *rotation, time](settlement::MeterKeys& keys) {
            return keys.rotate(to.key, time, to.overlap);
        });
    }
    if (const auto* revoked = std::get_if<core::RevokeMeterKey>(&body)) {
        return change(revoked->id, [key = revoked->key, time](settlement::MeterKeys& keys) {
            return keys.revoke(key, time);
        });
    }
    return note_arbiter_key(body);
}

Result<OrderedStep> EntrySignatures::note_arbiter_key(const core::CommandBody& body) {
    if (const auto* registered = std::get_if<core::RegisterArbiterKey>(&body)) {
        return [this, id = registered->id, key = registered->key]() -> Result<LateCheck> {
            if (arbiter_keys_.try_emplace(id, key).second) return LateCheck{};
            return fail("key_exists",
                        "an entry before registers the key " + to_string(id) + " already");
        };
    }
    if (const auto* revoked = std::get_if<core::RevokeArbiterKey>(&body)) {
        return [this, id = revoked->id]() -> Result<LateCheck> {
            if (!arbiter_keys_.contains(id)) return unknown_key(id);
            if (revoked_arbiter_keys_.insert(id).second) return LateCheck{};
            return fail("revoked_key", "the key " + to_string(id) + " was revoked before");
        };
    }
    return OrderedStep{};
}

Result<OrderedStep> EntrySignatures::check_ruling(const EntryView& entry) {
    const auto body = body_of(entry);
    if (!body) return fail(body.error());
    const auto* ruling = std::get_if<core::RuleDispute>(&*body);
    if (ruling == nullptr) return fail("bad_entry", "the entry holds no ruling");
    auto envelope = envelope_of(ruling->envelope);
    if (!envelope) return fail(envelope.error());
    if ((*envelope)->payload_type != settlement::kRulingPayloadType)
        return fail("bad_entry", "what was signed is not a ruling");
    return [this, id = ruling->ruling.key, envelope = std::move(*envelope)]() -> Result<LateCheck> {
        const auto key = arbiter_keys_.find(id);
        if (key == arbiter_keys_.end()) return unknown_key(id);
        if (revoked_arbiter_keys_.contains(id))
            return fail("revoked_key", "the arbiter's key " + to_string(id) + " was revoked");
        ++rulings_;
        return signature_check(envelope,
                               "the ruling is not signed with the arbiter's key " + to_string(id),
                               key->second);
    };
}

Result<OrderedStep> EntrySignatures::check_readings(const EntryView& entry) {
    const auto body = body_of(entry);
    if (!body) return fail(body.error());
    const auto* readings = std::get_if<core::SubmitReadings>(&*body);
    if (readings == nullptr) return fail("bad_entry", "the entry holds no batch of readings");
    auto envelope = envelope_of(readings->envelope);
    if (!envelope) return fail(envelope.error());
    const bool probe = readings->batch.role == settlement::MeterRole::kOperator;
    return [this, meter = readings->batch.meter, named = readings->signer, probe,
            envelope = std::move(*envelope), time = entry.header.time]() -> Result<LateCheck> {
        const auto keys = keys_.find(meter);
        if (keys == keys_.end()) return unknown_meter(meter);
        const PublicKey& signer = named ? *named : keys->second.first();
        if (const auto good = keys->second.check(signer, time); !good) return fail(good.error());
        ++batches_;
        if (probe) ++probe_batches_;
        return signature_check(
            envelope, "the readings are not signed with the key of the meter " + to_string(meter),
            signer);
    };
}

Result<OrderedStep> EntrySignatures::check_payment(const EntryView& entry) {
    const auto body = body_of(entry);
    if (!body) return fail(body.error());
    const auto* payment = std::get_if<core::TakePayment>(&*body);
    if (payment == nullptr) return OrderedStep{};
    auto envelope = envelope_of(payment->envelope);
    if (!envelope) return fail(envelope.error());
    return
        [this, id = payment->notice.key, envelope = std::move(*envelope)]() -> Result<LateCheck> {
            const auto key = payment_keys_.get(id);
            if (!key) return fail(key.error());
            return signature_check(envelope,
                                   "the payment is not signed with the key " + to_string(id), *key);
        };
}

Json EntrySignatures::state() const {
    Json in_force = Json::object();
    Json before = Json::array();
    Json revoked = Json::array();
    for (const auto& [meter, keys] : keys_) {
        for (const settlement::MeterKey& key : keys.all()) {
            if (key.until) before.push_back(old_key_json(meter, key));
        }
        in_force[to_string(meter)] = to_base64(as_chars(keys.all().back().key));
        if (keys.revoked()) revoked.push_back(to_string(meter));
    }
    Json out{{"keys", in_force},
             {"keys_before", before},
             {"revoked", revoked},
             {"batches", std::to_string(batches_)},
             {"probe_batches", std::to_string(probe_batches_)},
             {"arbiter_keys", keys_json(arbiter_keys_)},
             {"revoked_arbiter_keys", ids_json(revoked_arbiter_keys_)},
             {"rulings", std::to_string(rulings_)}};
    payment_keys_.put_state(out);
    out["signed_writes"] = signed_writes_.state();
    return out;
}

Result<void> EntrySignatures::restore(const Json& state) {
    core::Fields in(state);
    const auto meters = restore_meters(in);
    const std::int64_t batches = in.integer("batches");
    const std::int64_t probes = in.has("probe_batches") ? in.integer("probe_batches") : 0;
    // A state of before there were disputes has none of these.
    if (in.has("rulings")) {
        if (const auto arbiters = restore_arbiters(in); !arbiters) return arbiters;
    }
    if (const auto payers = payment_keys_.restore(in); !payers) return payers;
    // Nor has one of before writes were signed.
    if (in.has("signed_writes")) {
        const auto writes = signed_writes_.restore(in.member("signed_writes"));
        if (!writes) return writes;
    }
    if (const auto finished = in.finish(); !finished || probes < 0 || batches < probes)
        return fail("bad_state", finished ? "negative" : finished.error().detail());
    if (!meters) return meters;
    batches_ = static_cast<std::uint64_t>(batches);
    probe_batches_ = static_cast<std::uint64_t>(probes);
    return {};
}

Result<void> EntrySignatures::restore_meters(core::Fields& in) {
    const auto in_force = read_keys<MeterId>(in, "keys");
    const auto revoked = in.list("revoked", read_id<MeterId>);
    std::map<MeterId, std::vector<settlement::MeterKey>> keys;
    // A state of before keys could change has none of these.
    if (in.has("keys_before")) {
        for (const auto& [meter, key] : in.list("keys_before", read_old_key))
            keys[meter].push_back(key);
    }
    if (!in_force) return fail(in_force.error());
    for (const auto& [meter, key] : *in_force)
        keys[meter].push_back({key, std::nullopt});
    for (auto& [meter, list] : keys) {
        if (list.back().until) return fail("bad_state", "a meter has no key in force");
        const bool is_revoked = std::ranges::find(revoked, meter) != revoked.end();
        keys_.insert_or_assign(meter, settlement::MeterKeys(std::move(list), is_revoked));
    }
    return {};
}

Result<void> EntrySignatures::restore_arbiters(core::Fields& in) {
    const auto keys = read_keys<SigningKeyId>(in, "arbiter_keys");
    const auto revoked = in.list("revoked_arbiter_keys", read_id<SigningKeyId>);
    const std::int64_t rulings = in.integer("rulings");
    if (!keys) return fail(keys.error());
    if (rulings < 0) return fail("bad_state", "negative");
    arbiter_keys_ = *keys;
    revoked_arbiter_keys_ = {revoked.begin(), revoked.end()};
    rulings_ = static_cast<std::uint64_t>(rulings);
    return {};
}

}  // namespace suanpan::audit
