#pragma once

// Discount agreements between a provider and a buyer (metering-settlement "The waterfall", D): by
// class, firmness and billing, a fixed share or one that grows with the month's volume.

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/month.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::settlement {

enum class Firmness : std::uint8_t { kFirm, kPreemptible };
enum class BillingMode : std::uint8_t { kReserved, kMetered };
std::string_view to_string(Firmness firmness);
std::string_view to_string(BillingMode mode);
Result<Firmness> parse_firmness(std::string_view text);         // `unknown_word`
Result<BillingMode> parse_billing_mode(std::string_view text);  // `unknown_word`

// What an agreement asks of a lease. All of it is frozen at the trade.
struct SaleFacts {
    OrganisationId provider;
    OrganisationId buyer;
    std::string compute_class;
    std::string currency;
    Firmness firmness = Firmness::kFirm;
    BillingMode billing = BillingMode::kReserved;
    Time traded_at;
    LogIndex index{std::numeric_limits<std::int64_t>::max()};  // of the trade
};

// In force while the month's volume before the window is at least `from`.
struct VolumeTier {
    Money from;
    Ppm discount;  // of S − C
    friend bool operator==(const VolumeTier&, const VolumeTier&) = default;
};

struct DiscountAgreement {
    AgreementId id;
    LogIndex index;  // of its entry: its age
    OrganisationId provider;
    OrganisationId buyer;
    std::string currency;              // of the tiers' volumes
    std::vector<std::string> classes;  // ascending, distinct; empty: every class
    std::optional<Firmness> firmness;  // absent: both
    std::optional<BillingMode> billing;
    std::vector<VolumeTier> tiers;  // `from` rises; a fixed discount is one tier from zero
    Time from;                      // for trades in [from, until)
    std::optional<Time> until;
    friend bool operator==(const DiscountAgreement&, const DiscountAgreement&) = default;
};

inline constexpr std::size_t kMaxTiers = 32;
inline constexpr std::size_t kMaxAgreementClasses = 64;

// Errors, in order of precedence: `bad_agreement` (one organisation on both sides, no currency,
// classes out of order or too many, an empty validity), `bad_tiers` (none, too many, out of order,
// below zero), `bad_discount` (a ppm out of 0 to 1,000,000).
Result<void> check_agreement(const DiscountAgreement& agreement);

// The trade was made under the agreement: parties, currency, class, firmness, billing, validity.
bool applies(const DiscountAgreement& agreement, const SaleFacts& facts);

// ppm at a month's volume; nothing under the first tier.
Ppm discount_at(const DiscountAgreement& agreement, Money volume);

// A of the windows that were priced under each agreement's conditions, whether or not it gave the
// discount, by the UTC month in which the window began. What counts is what is billed: as the
// window stands, so it follows the ends of its disputes, whether they come before the window is
// settled or as a correction afterwards. What was discounted before is never priced again.
class MonthlyVolumes {
 public:
    using Key = std::pair<AgreementId, Month>;

    [[nodiscard]] Money at(const AgreementId& agreement, Month month) const;
    // Less, with a minus. Errors: `overflow`, `bad_amount` (less than nothing would be left); then
    // nothing changed.
    Result<void> add(const AgreementId& agreement, Month month, Money amount);
    void restore(const AgreementId& agreement, Month month, Money volume);
    [[nodiscard]] const std::map<Key, Money>& all() const { return volumes_; }

 private:
    std::map<Key, Money> volumes_;
};

struct AppliedDiscount {
    std::optional<AgreementId> agreement;
    Ppm discount{0};
    friend bool operator==(const AppliedDiscount&, const AppliedDiscount&) = default;
};

// Of the agreements that apply the one with the largest discount for the buyer at its volume before
// this window; of equal ones the oldest (by index, then id). Never a sum of several. The order of
// `agreements` does not matter.
AppliedDiscount choose_discount(const std::vector<DiscountAgreement>& agreements,
                                const SaleFacts& facts, Month month, const MonthlyVolumes& volumes);

// After the window: its A counts for every agreement that applies; after the end of a dispute of it
// so does the difference. Errors: those of add(); then some may have counted it.
Result<void> count_volume(const std::vector<DiscountAgreement>& agreements, const SaleFacts& facts,
                          Month month, Money amount, MonthlyVolumes& volumes);

// The order in which a run takes its windows, so that "earlier" means one thing.
struct RunOrder {
    Time end;
    LeaseId lease;
    friend auto operator<=>(const RunOrder&, const RunOrder&) = default;
};

// Canonical JSON:
//   {"billing":"metered","buyer":"org_…","classes":["AI-FP16"],"currency":"CNY","firmness":"firm",
//    "from":<time>,"id":"agr_…","index":"7","provider":"org_…","tiers":[{"discount_ppm":"50000",
//    "from":"0.000000"}],"until":<time>}
// without `billing`, `firmness`, `until` when absent. Error of reading: `bad_agreement` with the
// faults, or those of check_agreement.
std::string to_json(const DiscountAgreement& agreement);
Result<DiscountAgreement> parse_agreement(std::string_view json);

}  // namespace suanpan::settlement
