#pragma once

// What became of every voucher: granted, reserved, redeemed, expired (metering-settlement
// "Vouchers"). Refusals change nothing.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/month.hpp"
#include "settlement/voucher.hpp"

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace suanpan::settlement {

struct ProgrammeState {
    Programme programme;
    Money ungranted;  // of the budget
    friend bool operator==(const ProgrammeState&, const ProgrammeState&) = default;
};

// grant.amount = left + reserved + redeemed + expired + returned.
struct GrantState {
    Grant grant;
    bool revoked = false;
    bool ended = false;  // its expiry has passed
    Money left;          // can still be reserved
    Money reserved;
    Money redeemed;
    Money expired;
    Money returned;  // to the budget, when it was revoked
    friend bool operator==(const GrantState&, const GrantState&) = default;
};

// Of an order or a lease, by the bytes of its id: an order's part moves to the leases that it
// makes.
struct ReservationKey {
    GrantId grant;
    IdBytes holder{};
    friend auto operator<=>(const ReservationKey&, const ReservationKey&) = default;
};
struct Reservation {
    Money amount;  // > 0
    Month month;   // of the order: whose monthly cap it uses
    friend bool operator==(const Reservation&, const Reservation&) = default;
};

// budget = ungranted + granted + reserved + redeemed + expired, always.
struct ProgrammeTotals {
    Money budget;
    Money ungranted;
    Money granted;  // and not reserved
    Money reserved;
    Money redeemed;
    Money expired;
    friend bool operator==(const ProgrammeTotals&, const ProgrammeTotals&) = default;
};
bool adds_up(const ProgrammeTotals& totals);

class VoucherBook {
 public:
    // Errors: `programme_exists`, those of check_programme.
    Result<void> open(const Programme& programme);
    // More budget. Errors: `unknown_programme`, `bad_amount` (not above zero), `overflow`.
    Result<void> fund(const ProgrammeId& programme, Money amount);

    // Once it is over: what was not granted, or expired, leaves the budget; says how much. What is
    // still reserved and comes back later is for another call. Errors: `unknown_programme`,
    // `programme_not_over`, `nothing_to_return`.
    Result<Money> close(const ProgrammeId& programme, Time now);

    // Errors, in order of precedence: `unknown_programme`, `grant_exists`, `bad_amount` (not above
    // zero), `grant_expired` (it would expire at or before `now`, or after the programme, or `now`
    // lies outside of the programme), `voucher_over_cap` (over the cap of one grant),
    // `budget_exhausted`.
    Result<void> grant(const Grant& grant, Time now);
    // What is not redeemed goes back to the budget. Errors: `unknown_grant`, `grant_revoked`,
    // `grant_expired`, `grant_reserved` (some of it is reserved).
    Result<void> revoke(const GrantId& grant, Time now);
    // What is left of grants whose expiry has come. Call it with every logged time at which
    // next_expiry() has come; the refusals by time hold without it too.
    void expire(Time now);
    [[nodiscard]] std::optional<Time> next_expiry() const;

    // For an order with this worst case (the sale at its limit, as voucher_limit took its share of
    // it): `most` is that limit. Reserves min(most, what is left, caps) and says how much; nothing
    // for nothing. Errors, in order of precedence: `unknown_grant` (or another organisation's),
    // `grant_revoked`, `grant_expired`, `not_eligible`, `already_reserved` (the holder),
    // `grant_exhausted`, `voucher_over_cap` (the caps leave nothing).
    Result<Money> reserve(const ReservationKey& key, const VoucherOrder& order, Money most,
                          Time now);
    // What reserve() would say.
    [[nodiscard]] Result<Money> reservable(const ReservationKey& key, const VoucherOrder& order,
                                           Money most, Time now) const;
    // A fill: part of what an order holds goes to a lease. A lease's parts add up.
    // Error: `over_reserved` (more than `from` holds).
    Result<void> move(const ReservationKey& from, const IdBytes& to, Money amount);
    // For final usage. Error: `over_reserved`.
    Result<void> redeem(const ReservationKey& key, Money amount);
    // What was not used can be reserved again, or has expired, as the grant stands.
    // Error: `over_reserved`.
    Result<void> release(const ReservationKey& key, Money amount);
    // A downward correction: a redemption is taken back, for a reservation of that month. It goes
    // to the grant, or where its rest went. Errors: `unknown_grant`, `over_redeemed`.
    Result<void> give_back(const GrantId& grant, Month month, Money amount);

    // A redemption that another end of a dispute may still need is reserved again, for the month of
    // its order. Errors: `unknown_grant`, `over_redeemed`.
    Result<void> reserve_again(const ReservationKey& key, Month month, Money amount);

    [[nodiscard]] const ProgrammeState* find_programme(const ProgrammeId& id) const;
    [[nodiscard]] const GrantState* find_grant(const GrantId& id) const;
    [[nodiscard]] Money reserved(const ReservationKey& key) const;
    // REQUIRES a known programme.
    [[nodiscard]] ProgrammeTotals totals(const ProgrammeId& id) const;
    // Every programme adds up, every grant, and every reservation is in its grant's sum.
    [[nodiscard]] bool adds_up() const;

    // As rows, each kind in the order of its keys; restored in the order of these members.
    using MonthKey = std::pair<std::pair<ProgrammeId, OrganisationId>, Month>;
    void restore(const ProgrammeState& state);
    void restore(const GrantState& state);  // after its programme
    void restore(const ReservationKey& key, const Reservation& reservation);
    void restore(const MonthKey& key, Money used);
    [[nodiscard]] const std::map<ProgrammeId, ProgrammeState>& programmes() const {
        return programmes_;
    }
    [[nodiscard]] const std::map<GrantId, GrantState>& grants() const { return grants_; }
    [[nodiscard]] const std::map<ReservationKey, Reservation>& reservations() const {
        return reservations_;
    }
    [[nodiscard]] const std::map<MonthKey, Money>& months() const { return months_; }

 private:
    // What the caps leave to an organisation. Nothing: they do not bind.
    [[nodiscard]] std::optional<Money> caps_leave(const GrantState& state, Month month) const;
    [[nodiscard]] Result<const Reservation*> held(const ReservationKey& key, Money amount) const;
    void take_reserved(const ReservationKey& key, GrantState& state, Money amount);
    void put_back(GrantState& state, Month month, Money amount);
    static MonthKey month_key(const GrantState& state, Month month);

    std::map<ProgrammeId, ProgrammeState> programmes_;
    std::map<GrantId, GrantState> grants_;
    std::map<ReservationKey, Reservation> reservations_;
    // Reserved and redeemed, by organisation and month of the reservation, and over all months.
    std::map<MonthKey, Money> months_;
    std::map<std::pair<ProgrammeId, OrganisationId>, Money> organisations_;
    std::set<std::pair<Time, GrantId>>
        expiries_;  // of grants that have neither ended nor been revoked
};

}  // namespace suanpan::settlement
