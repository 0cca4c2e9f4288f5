#pragma once

// Compute vouchers (算力券): programmes, grants, and what a use must satisfy (metering-settlement
// "Vouchers", market §7). A grant is no money: it is only ever reserved by an order and redeemed
// for final usage.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::settlement {

enum class BuyerKind : std::uint8_t { kSmallFirm, kResearchInstitute, kUniversity, kMaker };
std::string_view to_string(BuyerKind kind);
Result<BuyerKind> parse_buyer_kind(std::string_view text);  // `unknown_word`

struct FunderShare {
    OrganisationId funder;
    Ppm share;
    friend bool operator==(const FunderShare&, const FunderShare&) = default;
};

// What is absent does not bind.
struct VoucherCaps {
    std::optional<Money> grant;         // a grant's amount
    std::optional<Money> organisation;  // reserved and redeemed by one organisation, for ever
    std::optional<Money> month;  // and of its reservations made in one UTC month by logged time
    friend bool operator==(const VoucherCaps&, const VoucherCaps&) = default;
};

// Which uses a programme pays for. Lists ascending and distinct; an empty one allows all.
struct VoucherScope {
    std::vector<std::string> classes;
    std::vector<std::string> hubs;
    std::vector<OrganisationId> providers;
    std::vector<std::string> purposes;
    std::vector<BuyerKind> kinds;  // the buyer is one of these
    friend bool operator==(const VoucherScope&, const VoucherScope&) = default;
};

struct Programme {
    ProgrammeId id;
    std::vector<FunderShare> funders;  // in the order in which they take left-over micro-units
    std::string currency;
    Money budget;  // funded up front
    Time from;     // grants and reservations in [from, until)
    Time until;
    Ppm share_paid;  // of A
    VoucherCaps caps;
    VoucherScope scope;
    std::optional<Ppm> index_margin;  // above the class's index no voucher pays; absent: no limit
    friend bool operator==(const Programme&, const Programme&) = default;
};

inline constexpr std::size_t kMaxFunders = 32;
inline constexpr std::size_t kMaxScopeItems = 256;

// Errors, in order of precedence: `bad_shares` (of the funders, or one named twice, or more than
// 32), `bad_programme` (currency, budget, validity, share, caps, margin, lists).
Result<void> check_programme(const Programme& programme);

struct Grant {
    GrantId id;
    ProgrammeId programme;
    OrganisationId organisation;
    Money amount;
    Time expires;  // reservations before it; what they hold may still be redeemed after it
    friend bool operator==(const Grant&, const Grant&) = default;
};

// Organisations that stand under one control, by the name of their group. Every organisation is
// related to itself.
class RelatedOrganisations {
 public:
    // An empty group: none any more.
    void set_group(const OrganisationId& organisation, std::string group);
    [[nodiscard]] bool related(const OrganisationId& a, const OrganisationId& b) const;

 private:
    std::map<OrganisationId, std::string> groups_;
};

// What an order says that names a grant.
struct VoucherOrder {
    OrganisationId buyer;
    std::vector<BuyerKind> kinds;  // what the buyer is
    std::string compute_class;
    std::string currency;
    std::string purpose;
};
// Whom it would trade with.
struct VoucherSeller {
    OrganisationId provider;
    std::string hub;
};

// Error `not_eligible`: the currency, class, purpose or kind of buyer is not the programme's.
Result<void> check_voucher_order(const Programme& programme, const VoucherOrder& order);
// Before a trade. Errors: `related_parties` (buyer and provider), `not_eligible` (provider or hub).
Result<void> check_voucher_sale(const Programme& programme, const OrganisationId& buyer,
                                const VoucherSeller& seller, const RelatedOrganisations& relations);

// The class's index + the margin, per CU·h, rounded down: VoucherTerms::price_cap. REQUIRES index
// ≥ 0. Error: `overflow`.
Result<std::optional<Price>> voucher_price_cap(const Programme& programme, Price index);

// Each funder's part of a redemption, in their order. REQUIRES amount ≥ 0.
std::vector<Money> split_by_funders(const Programme& programme, Money amount);

// Canonical JSON, every list present, caps and margin when they bind; and back. Errors of reading:
// those of parse_json, `bad_programme` with faults, those of check_programme.
std::string to_json(const Programme& programme);
Result<Programme> parse_programme(std::string_view json);

}  // namespace suanpan::settlement
