#include "core/replay.hpp"

#include "base/dsse.hpp"
#include "base/time.hpp"
#include "core/signed_command.hpp"
#include "ledger/entry.hpp"
#include "ledger/succession.hpp"

#include <utility>

namespace suanpan::core {
namespace {

tl::unexpected<Error> time_decreases(LogIndex index, Time time, Time before) {
    return fail("time_decreases", "entry " + std::to_string(index.value) + " is of " +
                                      to_string(time) + ", before " + to_string(before));
}

}  // namespace

tl::unexpected<Error> Replay::differs(std::string_view expected, std::string_view found) {
    difference_ = find_difference(size_, expected, found, after_auction_);
    return fail("replay_differs", to_string(*difference_));
}

Result<void> Replay::next(std::string_view entry) {
    if (expected_.empty() && ledger::is_log_statement(entry)) return pass_over(entry);
    const auto plain = without_salt(entry);
    if (!plain) return fail(plain.error());
    auto done = expected_.empty() ? apply(*plain) : follow(*plain);
    if (done) size_.value += 1;
    return done;
}

// What the log says of itself and its keys; the market does not hear it.
Result<void> Replay::pass_over(std::string_view entry) {
    const auto statement = ledger::read_log_statement(entry);
    if (!statement) return fail(statement.error());
    const auto header = ledger::parse_entry(entry);
    if (!header) return fail(header.error());
    if (header->time < market_.head().last_time)
        return time_decreases(size_, header->time, market_.head().last_time);
    market_.pass_over(header->time);
    kinds_[header->kind] += 1;
    size_.value += 1;
    return {};
}

Result<void> Replay::follow(const std::string& entry) {
    const EntryDraft& expected = expected_.front();
    if (expected.bytes != entry) return differs(expected.bytes, entry);
    if (expected.kind == "auction") after_auction_ = true;
    kinds_[expected.kind] += 1;
    expected_.pop_front();
    return {};
}

Result<void> Replay::apply(const std::string& entry) {
    const auto logged = parse_entry(entry);
    if (!logged) {
        return fail("bad_entry",
                    "entry " + std::to_string(size_.value) + ": " + logged.error().detail());
    }
    if (!logged->command) return differs("", entry);
    if (const auto author = check_author(*logged); !author) return author;
    if (logged->time < market_.head().last_time)
        return time_decreases(size_, logged->time, market_.head().last_time);
    if (const auto checked = check_signatures(*logged); !checked) return checked;
    const bool unread = logged->refused && logged->code == kCommitFailed;
    CommandOutcome outcome =
        unread ? market_.refuse(*logged->command, Error(kCommitFailed, ""), logged->time)
               : market_.apply(*logged->command, logged->time);
    const Rows changes = market_.take_changes();
    if (watch_) watch_(changes);
    after_auction_ = false;
    if (outcome.entries.empty() || outcome.entries.front().bytes != entry) {
        const std::string made = outcome.entries.empty() ? "" : outcome.entries.front().bytes;
        return differs(made, entry);
    }
    kinds_[logged->kind] += 1;
    authors_[std::string(to_string(logged->command->auth))] += 1;
    expected_.assign(std::make_move_iterator(outcome.entries.begin() + 1),
                     std::make_move_iterator(outcome.entries.end()));
    return {};
}

// Whether the key is the actor's and in force is the market's to say.
Result<void> Replay::check_author(const LoggedEntry& logged) {
    if (logged.command->auth != Auth::kSigned) return {};
    const std::string entry = "entry " + std::to_string(size_.value);
    if (logged.command->signature.empty()) {
        return fail("unverifiable_author",
                    entry + " says that its author signed it, which nothing in it proves");
    }
    const auto write = read_signed_write(logged.command->signature);
    // What the market refused stands for nothing; that it refuses it is compared.
    if (logged.refused && (!write || write->by != logged.command->actor)) return {};
    if (!write) return fail(write.error().code(), entry + ": " + write.error().detail());
    const auto key = signing_keys_.find(write->key);
    // As with an unknown meter's readings.
    if (key == signing_keys_.end()) return {};
    if (origin_ && write->log != *origin_ && !logged.refused)
        return fail("foreign_signature", entry + " was signed for the log " + write->log);
    const auto verified = verify_author(*logged.command, *write, key->second);
    if (!verified) return fail(verified.error().code(), entry + ": " + verified.error().detail());
    signatures_ += 1;
    return {};
}

// Of what the entry carries; the keys that entries register are those that later ones need.
Result<void> Replay::check_signatures(const LoggedEntry& logged) {
    const CommandBody& body = logged.command->body;
    if (const auto* readings = std::get_if<SubmitReadings>(&body))
        return check_signature(*readings);
    if (const auto* ruling = std::get_if<RuleDispute>(&body)) return check_signature(*ruling);
    if (const auto* payment = std::get_if<TakePayment>(&body)) return check_signature(*payment);
    if (logged.refused) return {};
    if (const auto* meter = std::get_if<RegisterMeter>(&body)) meter_keys_[meter->id] = meter->key;
    if (const auto* key = std::get_if<RegisterArbiterKey>(&body)) arbiter_keys_[key->id] = key->key;
    if (const auto* key = std::get_if<RegisterPaymentKey>(&body)) payment_keys_[key->id] = key->key;
    if (const auto* key = std::get_if<RegisterSigningKey>(&body)) signing_keys_[key->id] = key->key;
    return {};
}

Result<void> Replay::check_signature(const RuleDispute& ruling) {
    const auto key = arbiter_keys_.find(ruling.ruling.key);
    // As with an unknown meter's readings.
    if (key == arbiter_keys_.end()) return {};
    const auto envelope = parse_envelope(ruling.envelope);
    if (!envelope || envelope->payload_type != settlement::kRulingPayloadType ||
        !verify(*envelope, key->second)) {
        return fail("bad_signature", "entry " + std::to_string(size_.value) +
                                         ": the ruling is not signed with the arbiter's key " +
                                         to_string(ruling.ruling.key));
    }
    return {};
}

// As for readings.
Result<void> Replay::check_signature(const TakePayment& payment) {
    const auto key = payment_keys_.find(payment.notice.key);
    if (key == payment_keys_.end()) return {};
    const auto envelope = parse_envelope(payment.envelope);
    if (!envelope || !verify(*envelope, key->second)) {
        return fail("bad_signature", "entry " + std::to_string(size_.value) +
                                         ": the payment is not signed by the key " +
                                         to_string(payment.notice.key));
    }
    signatures_ += 1;
    return {};
}

// Whether the meter had that key then is the market's to say.
Result<void> Replay::check_signature(const SubmitReadings& readings) {
    const auto first = meter_keys_.find(readings.batch.meter);
    // An unknown meter's batch can only have been refused, which applying it will show.
    if (first == meter_keys_.end()) return {};
    const auto envelope = parse_envelope(readings.envelope);
    if (!envelope || !verify(*envelope, readings.signer.value_or(first->second))) {
        return fail("bad_signature", "entry " + std::to_string(size_.value) +
                                         ": the readings are not signed by meter " +
                                         to_string(readings.batch.meter));
    }
    signatures_ += 1;
    return {};
}

Result<void> Replay::finish() {
    if (expected_.empty()) return {};
    return differs(expected_.front().bytes, "");
}

}  // namespace suanpan::core
