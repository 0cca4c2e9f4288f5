#include "settlement/dispute.hpp"

#include "base/check.hpp"
#include "base/words.hpp"
#include "settlement/window_sums.hpp"

#include <algorithm>

namespace suanpan::settlement {
namespace {

constexpr Words<DisputeState, 5> kStateWords("state",
                                             {"opened", "evidence", "agreed", "ruled", "lapsed"});
constexpr Words<DisputeParty, 2> kPartyWords("party", {"provider", "buyer"});
constexpr Words<DisputeReason, 5> kReasonWords("reason", {"mismatch", "wrong_meter", "missing",
                                                          "not_usable", "other"});

Time after(Time time, Duration duration) {
    const auto sum = checked_add(time.value, duration.value);
    CHECK(sum);  // a schedule's times are bounded
    return Time(*sum);
}

Dispute make_dispute(const DisputeId& id, const FinalWindow& window, Time opened_at,
                     const DisputeRules& rules) {
    Dispute out;
    out.id = id;
    out.lease = window.lease;
    out.window = window.window;
    out.opened_at = opened_at;
    out.final_us = window.lot_us;
    out.claim_by = after(opened_at, rules.claim_within);
    out.rule_by = after(opened_at, rules.rule_within);
    return out;
}

void end(Dispute& dispute, DisputeState state, std::int64_t lot_us, Time now) {
    dispute.state = state;
    dispute.result_us = lot_us;
    dispute.ended_at = now;
}

Result<void> check_open(const Dispute& dispute, Time now) {
    const auto deadline = dispute.deadline();
    if (!deadline || *deadline <= now) {
        return fail("dispute_closed", "the dispute has ended, or its time has run out");
    }
    return {};
}

Result<void> check_between(const Dispute& dispute, std::int64_t lot_us) {
    if (lot_us < dispute.least_us() || lot_us > dispute.most_us()) {
        return fail("outside_dispute", "a lot-time from " + std::to_string(dispute.least_us()) +
                                           " to " + std::to_string(dispute.most_us()) +
                                           " microseconds is in dispute");
    }
    return {};
}

bool is_claim(const FinalWindow& window, Lots lots, const DisputeClaim& claim) {
    if (claim.reason == DisputeReason::kMismatch) return false;
    if (claim.by == DisputeParty::kBuyer) return 0 <= claim.lot_us && claim.lot_us < window.lot_us;
    const Int128 most = Int128{lots.value} * window.window.length().value * 1'000'000;
    return window.lot_us < claim.lot_us && claim.lot_us <= most;
}

}  // namespace

std::string_view to_string(DisputeState state) {
    return kStateWords[state];
}
std::string_view to_string(DisputeParty party) {
    return kPartyWords[party];
}
std::string_view to_string(DisputeReason reason) {
    return kReasonWords[reason];
}
Result<DisputeState> parse_dispute_state(std::string_view text) {
    return kStateWords.parse(text);
}
Result<DisputeParty> parse_dispute_party(std::string_view text) {
    return kPartyWords.parse(text);
}
Result<DisputeReason> parse_dispute_reason(std::string_view text) {
    return kReasonWords.parse(text);
}

std::int64_t Dispute::least_us() const {
    return std::min(final_us, claimed_us);
}
std::int64_t Dispute::most_us() const {
    return std::max(final_us, claimed_us);
}
std::int64_t Dispute::frozen_us() const {
    return is_open() ? most_us() - least_us() : 0;
}
std::optional<Time> Dispute::deadline() const {
    if (!is_open()) return std::nullopt;
    return state == DisputeState::kOpened ? std::min(claim_by, rule_by) : rule_by;
}

Result<Dispute> open_dispute(const DisputeId& id, const FinalWindow& window, Time final_time,
                             Lots lots, const DisputeClaim& claim, Time now,
                             const DisputeRules& rules) {
    if (now >= after(final_time, rules.open_within)) {
        return fail("dispute_too_late", "the time in which the window could be disputed is over");
    }
    if (!is_claim(window, lots, claim)) {
        return fail("bad_claim",
                    "a provider claims more lot-time than is final, within what was sold, and a "
                    "buyer less");
    }
    Dispute out = make_dispute(id, window, now, rules);
    out.reason = claim.reason;
    out.opened_by = claim.by;
    out.claimed_us = claim.lot_us;
    if (claim.by == DisputeParty::kProvider) out.state = DisputeState::kEvidence;
    return out;
}

Dispute open_mismatch(const DisputeId& id, const FinalWindow& window, Time final_time,
                      const DisputeRules& rules) {
    CHECK(window.disputed_us > 0);
    Dispute out = make_dispute(id, window, final_time, rules);
    out.reason = DisputeReason::kMismatch;
    out.claimed_us = window.lot_us + window.disputed_us;
    return out;
}

Result<void> claim_dispute(Dispute& dispute, Time now) {
    if (auto open = check_open(dispute, now); !open) return open;
    dispute.state = DisputeState::kEvidence;
    return {};
}

Result<void> add_evidence(Dispute& dispute, LogIndex entry, Time now) {
    if (auto open = check_open(dispute, now); !open) return open;
    if (dispute.evidence.size() >= kMaxEvidence) {
        return fail("too_much_evidence", "a dispute names at most 256 entries as evidence");
    }
    insert_index(dispute.evidence, entry);
    return {};
}

Result<void> offer(Dispute& dispute, DisputeParty party, std::int64_t lot_us, Time now) {
    if (auto open = check_open(dispute, now); !open) return open;
    if (auto between = check_between(dispute, lot_us); !between) return between;
    if (party == DisputeParty::kProvider) {
        dispute.provider_offer_us = lot_us;
        dispute.state = DisputeState::kEvidence;
    } else {
        dispute.buyer_offer_us = lot_us;
    }
    if (dispute.provider_offer_us && dispute.provider_offer_us == dispute.buyer_offer_us) {
        end(dispute, DisputeState::kAgreed, lot_us, now);
    }
    return {};
}

Result<void> rule_dispute(Dispute& dispute, std::int64_t lot_us, Time now) {
    if (auto open = check_open(dispute, now); !open) return open;
    if (dispute.state == DisputeState::kOpened) {
        return fail("not_claimed", "the provider has not claimed the difference yet");
    }
    if (auto between = check_between(dispute, lot_us); !between) return between;
    end(dispute, DisputeState::kRuled, lot_us, now);
    return {};
}

bool lapse_dispute(Dispute& dispute, Time now) {
    const auto deadline = dispute.deadline();
    if (!deadline || *deadline > now) return false;
    end(dispute, DisputeState::kLapsed, dispute.least_us(), *deadline);
    return true;
}

}  // namespace suanpan::settlement
