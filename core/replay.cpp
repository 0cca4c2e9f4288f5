#include "core/replay.hpp"

#include "base/dsse.hpp"
#include "base/time.hpp"

namespace suanpan::core {
namespace {

constexpr std::size_t kShownBytes = 400;

std::string shown(std::string_view entry) {
    if (entry.size() <= kShownBytes) return std::string(entry);
    return std::string(entry.substr(0, kShownBytes)) + "…";
}

// Where the rule stands that makes entries of a kind.
std::string_view rule_of(std::string_view kind) {
    if (kind == "trade") return "market §5 (price-time priority)";
    if (kind == "auction") return "market §6 (call auction)";
    if (kind == "lease") return "market §7, §8 (holds, leases)";
    if (kind == "settlement") return "metering and settlement, the waterfall";
    if (kind == "refused") return "market §7 (risk)";
    return "ledger, entries";
}

tl::unexpected<Error> differs(LogIndex index, std::string_view kind, std::string_view expected,
                              std::string_view found) {
    return fail("replay_differs", "entry " + std::to_string(index.value) + " breaks " +
                                      std::string(rule_of(kind)) + ": the rules give " +
                                      shown(expected) + " but the log has " + shown(found));
}

}  // namespace

Result<void> Replay::next(std::string_view entry) {
    const auto plain = without_salt(entry);
    if (!plain) return fail(plain.error());
    auto done = expected_.empty() ? apply(*plain) : follow(*plain);
    if (done) size_.value += 1;
    return done;
}

Result<void> Replay::follow(const std::string& entry) {
    const EntryDraft& expected = expected_.front();
    if (expected.bytes != entry) return differs(size_, expected.kind, expected.bytes, entry);
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
    if (!logged->command) {
        return differs(size_, logged->kind, "no further entry for the command before it", entry);
    }
    if (logged->time < market_.head().last_time) {
        return fail("time_decreases", "entry " + std::to_string(size_.value) + " is of " +
                                          to_string(logged->time) + ", before " +
                                          to_string(market_.head().last_time));
    }
    if (const auto* readings = std::get_if<SubmitReadings>(&logged->command->body)) {
        const auto checked = check_signature(*readings);
        if (!checked) return checked;
    }
    if (const auto* meter = std::get_if<RegisterMeter>(&logged->command->body)) {
        if (!logged->refused) meter_keys_[meter->id] = meter->key;
    }
    const bool unread = logged->refused && logged->code == kCommitFailed;
    CommandOutcome outcome =
        unread ? market_.refuse(*logged->command, Error(kCommitFailed, ""), logged->time)
               : market_.apply(*logged->command, logged->time);
    market_.take_changes();
    if (outcome.entries.empty() || outcome.entries.front().bytes != entry) {
        const std::string made = outcome.entries.empty() ? "" : outcome.entries.front().bytes;
        return differs(size_, logged->kind, made, entry);
    }
    kinds_[logged->kind] += 1;
    authors_[std::string(to_string(logged->command->auth))] += 1;
    expected_.assign(std::make_move_iterator(outcome.entries.begin() + 1),
                     std::make_move_iterator(outcome.entries.end()));
    return {};
}

Result<void> Replay::check_signature(const SubmitReadings& readings) {
    const auto key = meter_keys_.find(readings.batch.meter);
    // An unknown meter's batch can only have been refused, which applying it will show.
    if (key == meter_keys_.end()) return {};
    const auto envelope = parse_envelope(readings.envelope);
    if (!envelope || !verify(*envelope, key->second)) {
        return fail("bad_signature", "entry " + std::to_string(size_.value) +
                                         ": the readings are not signed by meter " +
                                         to_string(readings.batch.meter));
    }
    signatures_ += 1;
    return {};
}

Result<void> Replay::finish() const {
    if (expected_.empty()) return {};
    return fail("replay_differs", "the log ends at entry " + std::to_string(size_.value) +
                                      " before " + std::string(expected_.front().kind) +
                                      " entries that must follow its last command");
}

}  // namespace suanpan::core
