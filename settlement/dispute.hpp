#pragma once

// Disputes of final billing windows (metering-settlement "Accepting", "Disputes"). One side says
// that another lot-time is right; only the difference is frozen. It ends with a lot-time between
// the two, by agreement of both, by an arbiter's ruling, or because nobody claimed or ruled in
// time.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/bill.hpp"
#include "settlement/lease_meter.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace suanpan::settlement {

// opened: the provider has not claimed yet; evidence: it has. The last three are ends.
enum class DisputeState : std::uint8_t { kOpened, kEvidence, kAgreed, kRuled, kLapsed };
enum class DisputeParty : std::uint8_t { kProvider, kBuyer };
enum class DisputeReason : std::uint8_t {
    kMismatch,    // the meters of both sides do not agree: opened by the rules themselves
    kWrongMeter,  // a meter measured wrongly
    kMissing,     // readings were lost or late
    kNotUsable,   // delivered, but not usable as contracted
    kOther
};
std::string_view to_string(DisputeState state);
std::string_view to_string(DisputeParty party);
std::string_view to_string(DisputeReason reason);
Result<DisputeState> parse_dispute_state(std::string_view text);    // `unknown_word`
Result<DisputeParty> parse_dispute_party(std::string_view text);    // `unknown_word`
Result<DisputeReason> parse_dispute_reason(std::string_view text);  // `unknown_word`

// Schedule data; each is counted from the logged time of the event before, the end excluded.
struct DisputeRules {
    Duration open_within{7 * 86'400};   // of final
    Duration claim_within{7 * 86'400};  // of the opening
    Duration rule_within{30 * 86'400};  // of the opening
    friend bool operator==(const DisputeRules&, const DisputeRules&) = default;
};

// Of one of those who speak for the provider's side: nobody else changes it.
struct OwnerOffer {
    OrganisationId by;
    Delivered delivered;
    friend bool operator==(const OwnerOffer&, const OwnerOffer&) = default;
};

struct Dispute {
    DisputeId id;
    LeaseId lease;
    Window window;
    DisputeReason reason = DisputeReason::kOther;
    std::optional<DisputeParty> opened_by;  // absent: a mismatch
    Time opened_at;
    Delivered final;    // what was final …
    Delivered claimed;  // … and what is said to be right
    DisputeState state = DisputeState::kOpened;
    Time claim_by;  // the provider's deadline, and the arbiter's
    Time rule_by;
    std::vector<LogIndex> evidence;           // log entries that were named; ascending, distinct
    std::array<std::int64_t, 3> named{};      // how many of them by each side; by MeterRole
    std::vector<OwnerOffer> provider_offers;  // the last one of each; by who made it, ascending
    std::optional<Delivered> buyer_offer;
    std::optional<Delivered> result;  // the new final one, once it has ended
    std::optional<Time> ended_at;
    friend bool operator==(const Dispute&, const Dispute&) = default;

    [[nodiscard]] bool is_open() const { return !ended_at.has_value(); }
    // The ends of what is in dispute: the lesser lot-time and the larger credit, and the reverse.
    // While it is open the difference of their bills is frozen: of the buyer's hold where the
    // provider claims, of the provider's proceeds where the buyer does.
    [[nodiscard]] Delivered best_for_buyer() const;
    [[nodiscard]] Delivered best_for_provider() const;
    // When lapse_dispute() has to be called; nothing once it has ended.
    [[nodiscard]] std::optional<Time> deadline() const;
};

struct DisputeClaim {
    DisputeParty by = DisputeParty::kBuyer;
    DisputeReason reason = DisputeReason::kOther;
    Delivered delivered;
};

// Of each side and of the operator, so that none of them uses up what another may name.
inline constexpr std::int64_t kMaxEvidence = 256;

// A provider's opening is its claim at once. `credit` is the one that the guarantees gave. Errors,
// in order of precedence: `dispute_too_late`, `bad_claim` (a mismatch is opened by no party; a
// provider claims more lot-time, at most lots × time, or a smaller credit, a buyer the reverse,
// from nothing to the whole sale; neither gives up anything).
Result<Dispute> open_dispute(const DisputeId& id, const FinalWindow& window, Ppm credit,
                             Time final_time, Lots lots, const DisputeClaim& claim, Time now,
                             const DisputeRules& rules);
// Of a window that became final with a difference in lot-time, or in the credit of its guarantees
// (GuaranteeOutcome::disputed, combined). REQUIRES one of the two, and disputed_credit ≤ credit.
Dispute open_mismatch(const DisputeId& id, const FinalWindow& window, Ppm credit,
                      Ppm disputed_credit, Time final_time, const DisputeRules& rules);

// All of these refuse what has ended, or is past its deadline, with `dispute_closed`.

// The provider stands by its claim, or answers the buyer's. Any owner of the pool may speak for
// that side, so its silence is the silence of all.
Result<void> claim_dispute(Dispute& dispute, Time now);
// `by` counts what was not named yet. Error `too_much_evidence`.
Result<void> add_evidence(Dispute& dispute, MeterRole by, LogIndex entry, Time now);
struct DisputeOffer {
    DisputeParty party = DisputeParty::kBuyer;
    OrganisationId by;  // who speaks for it
    Delivered delivered;
};
// What the party would accept; with the same of the buyer and of each of `owners` (ascending,
// distinct: nobody gives away what is another's) it has ended. An offer stands until its own maker
// makes another, and one for the provider is a claim too. Error `outside_dispute`: not between the
// two ends, in lot-time and in credit.
Result<void> offer(Dispute& dispute, const DisputeOffer& offered,
                   const std::vector<OrganisationId>& owners, Time now);
// By an arbiter (whose standing and signature the caller has checked). Errors: `not_claimed` (the
// provider has not spoken yet), `outside_dispute`.
Result<void> rule_dispute(Dispute& dispute, const Delivered& delivered, Time now);
// True when its deadline has come by `now`. Unanswered it ends with what is best for the buyer: the
// difference is released. Answered and never ruled it leaves what was final, which is the buyer's
// best where the provider claimed more. It ends at the deadline, whenever it is asked.
bool lapse_dispute(Dispute& dispute, Time now);

}  // namespace suanpan::settlement
