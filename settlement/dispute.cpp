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

Dispute make_dispute(const DisputeId& id, const FinalWindow& window, Ppm credit, Time opened_at,
                     const DisputeRules& rules) {
    Dispute out;
    out.id = id;
    out.lease = window.lease;
    out.window = window.window;
    out.opened_at = opened_at;
    out.final = Delivered{window.lot_us, credit};
    out.claim_by = after(opened_at, rules.claim_within);
    out.rule_by = after(opened_at, rules.rule_within);
    return out;
}

void end(Dispute& dispute, DisputeState state, const Delivered& result, Time now) {
    dispute.state = state;
    dispute.result = result;
    dispute.ended_at = now;
}

Result<void> check_open(const Dispute& dispute, Time now) {
    const auto deadline = dispute.deadline();
    if (!deadline || *deadline <= now) {
        return fail("dispute_closed", "the dispute has ended, or its time has run out");
    }
    return {};
}

Result<void> check_between(const Dispute& dispute, const Delivered& delivered) {
    const Delivered buyer = dispute.best_for_buyer();
    const Delivered provider = dispute.best_for_provider();
    if (delivered.lot_us < buyer.lot_us || delivered.lot_us > provider.lot_us) {
        return fail("outside_dispute", "a lot-time from " + std::to_string(buyer.lot_us) + " to " +
                                           std::to_string(provider.lot_us) +
                                           " microseconds is in dispute");
    }
    if (delivered.credit < provider.credit || delivered.credit > buyer.credit) {
        return fail("outside_dispute", "a credit from " + std::to_string(provider.credit.value) +
                                           " to " + std::to_string(buyer.credit.value) +
                                           " parts per million is in dispute");
    }
    return {};
}

// One is worth at least as much to the provider as the other.
bool is_at_least(const Delivered& more, const Delivered& less) {
    return more.lot_us >= less.lot_us && more.credit <= less.credit;
}

void put_offer(std::vector<OwnerOffer>& offers, const OwnerOffer& offer) {
    const auto at = std::ranges::lower_bound(offers, offer.by, {}, &OwnerOffer::by);
    if (at != offers.end() && at->by == offer.by)
        *at = offer;
    else
        offers.insert(at, offer);
}

bool all_offer(const std::vector<OwnerOffer>& offers, const std::vector<OrganisationId>& owners,
               const Delivered& delivered) {
    return std::ranges::all_of(owners, [&](const OrganisationId& owner) {
        const auto at = std::ranges::lower_bound(offers, owner, {}, &OwnerOffer::by);
        return at != offers.end() && *at == OwnerOffer{owner, delivered};
    });
}

bool is_claim(const Delivered& final, const Window& window, Lots lots, const DisputeClaim& claim) {
    const Delivered& said = claim.delivered;
    const Int128 most = Int128{lots.value} * window.length().value * 1'000'000;
    if (claim.reason == DisputeReason::kMismatch || said == final || said.lot_us < 0 ||
        said.lot_us > most || said.credit.value < 0 || said.credit.value > kPpm) {
        return false;
    }
    return claim.by == DisputeParty::kProvider ? is_at_least(said, final)
                                               : is_at_least(final, said);
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

Delivered Dispute::best_for_buyer() const {
    return {std::min(final.lot_us, claimed.lot_us), std::max(final.credit, claimed.credit)};
}
Delivered Dispute::best_for_provider() const {
    return {std::max(final.lot_us, claimed.lot_us), std::min(final.credit, claimed.credit)};
}
std::optional<Time> Dispute::deadline() const {
    if (!is_open()) return std::nullopt;
    return state == DisputeState::kOpened ? std::min(claim_by, rule_by) : rule_by;
}

Result<Dispute> open_dispute(const DisputeId& id, const FinalWindow& window, Ppm credit,
                             Time final_time, Lots lots, const DisputeClaim& claim, Time now,
                             const DisputeRules& rules) {
    if (now >= after(final_time, rules.open_within)) {
        return fail("dispute_too_late", "the time in which the window could be disputed is over");
    }
    Dispute out = make_dispute(id, window, credit, now, rules);
    if (!is_claim(out.final, window.window, lots, claim)) {
        return fail("bad_claim",
                    "a provider claims more lot-time than is final, within what was sold, or a "
                    "smaller credit, and a buyer the reverse");
    }
    out.reason = claim.reason;
    out.opened_by = claim.by;
    out.claimed = claim.delivered;
    if (claim.by == DisputeParty::kProvider) out.state = DisputeState::kEvidence;
    return out;
}

Dispute open_mismatch(const DisputeId& id, const FinalWindow& window, Ppm credit,
                      Ppm disputed_credit, Time final_time, const DisputeRules& rules) {
    CHECK(window.disputed_us > 0 || disputed_credit.value > 0);
    CHECK(window.disputed_us >= 0 && disputed_credit.value >= 0 && disputed_credit <= credit);
    Dispute out = make_dispute(id, window, credit, final_time, rules);
    out.reason = DisputeReason::kMismatch;
    out.claimed =
        Delivered{window.lot_us + window.disputed_us, Ppm(credit.value - disputed_credit.value)};
    return out;
}

Result<void> claim_dispute(Dispute& dispute, Time now) {
    if (auto open = check_open(dispute, now); !open) return open;
    dispute.state = DisputeState::kEvidence;
    return {};
}

Result<void> add_evidence(Dispute& dispute, MeterRole by, LogIndex entry, Time now) {
    if (auto open = check_open(dispute, now); !open) return open;
    if (std::ranges::binary_search(dispute.evidence, entry)) return {};
    std::int64_t& named = dispute.named[static_cast<std::size_t>(by)];
    if (named >= kMaxEvidence) {
        return fail("too_much_evidence", "each side names at most 256 entries as evidence");
    }
    insert_index(dispute.evidence, entry);
    named += 1;
    return {};
}

Result<void> offer(Dispute& dispute, const DisputeOffer& offered,
                   const std::vector<OrganisationId>& owners, Time now) {
    if (auto open = check_open(dispute, now); !open) return open;
    if (auto between = check_between(dispute, offered.delivered); !between) return between;
    if (offered.party == DisputeParty::kProvider) {
        put_offer(dispute.provider_offers, {offered.by, offered.delivered});
        dispute.state = DisputeState::kEvidence;
    } else {
        dispute.buyer_offer = offered.delivered;
    }
    if (dispute.buyer_offer && all_offer(dispute.provider_offers, owners, *dispute.buyer_offer))
        end(dispute, DisputeState::kAgreed, *dispute.buyer_offer, now);
    return {};
}

Result<void> rule_dispute(Dispute& dispute, const Delivered& delivered, Time now) {
    if (auto open = check_open(dispute, now); !open) return open;
    if (dispute.state == DisputeState::kOpened) {
        return fail("not_claimed", "the provider has not claimed the difference yet");
    }
    if (auto between = check_between(dispute, delivered); !between) return between;
    end(dispute, DisputeState::kRuled, delivered, now);
    return {};
}

bool lapse_dispute(Dispute& dispute, Time now) {
    const auto deadline = dispute.deadline();
    if (!deadline || *deadline > now) return false;
    // What was answered and never ruled stays as it was final: a claim alone proves nothing.
    const bool answered = dispute.state == DisputeState::kEvidence;
    end(dispute, DisputeState::kLapsed, answered ? dispute.final : dispute.best_for_buyer(),
        *deadline);
    return true;
}

}  // namespace suanpan::settlement
