#pragma once

// The columns of discount agreements and of vouchers (see db/table.hpp).

#include "db/table.hpp"

namespace suanpan::db {

struct AgreementRecord {
    AgreementId id;
    OrganisationId provider;
    OrganisationId buyer;
    settlement::DiscountAgreement agreement;
    LogIndex index;
};
AgreementRecord to_record(const settlement::DiscountAgreement& agreement);

#define SUANPAN_TABLE(row, name, key)                   \
    template <>                                         \
    struct Table<row> {                                 \
        static constexpr std::string_view kName = name; \
        static constexpr std::string_view kKey = key;   \
    };

SUANPAN_TABLE(AgreementRecord, "agreement", "id")
SUANPAN_TABLE(core::VolumeRow, "agreement_volume", "agreement, month")
SUANPAN_TABLE(core::ProgrammeRow, "voucher_programme", "id")
SUANPAN_TABLE(core::GrantRow, "voucher_grant", "id")
SUANPAN_TABLE(core::ReservationRow, "voucher_reservation", "grant_id, holder")
SUANPAN_TABLE(core::VoucherMonthRow, "voucher_month", "programme, organisation, month")

#undef SUANPAN_TABLE

// The parties stand beside the whole, to be looked up by.
template <typename A, Is<AgreementRecord> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("provider", r.provider);
    a("buyer", r.buyer);
    a("agreement", r.agreement);
    a("log_index", r.index);
}

template <typename A, Is<core::VolumeRow> R>
void fields(A& a, R& r) {
    a("agreement", r.agreement);
    a("month", r.month);
    a("volume_micro", r.volume);
}

// The whole names the id once more.
template <typename A, Is<core::ProgrammeRow> R>
void fields(A& a, R& r) {
    a("id", r.state.programme.id);
    a("holder", r.holder);
    a("programme", r.state.programme);
    a("ungranted_micro", r.state.ungranted);
    a("log_index", r.index);
}

template <typename A, Is<core::GrantRow> R>
void fields(A& a, R& r) {
    a("id", r.state.grant.id);
    a("programme", r.state.grant.programme);
    a("organisation", r.state.grant.organisation);
    a("amount_micro", r.state.grant.amount);
    a("expires_s", r.state.grant.expires);
    a("revoked", r.state.revoked);
    a("ended", r.state.ended);
    a("left_micro", r.state.left);
    a("reserved_micro", r.state.reserved);
    a("redeemed_micro", r.state.redeemed);
    a("expired_micro", r.state.expired);
    a("returned_micro", r.state.returned);
    a("log_index", r.index);
}

template <typename A, Is<core::ReservationRow> R>
void fields(A& a, R& r) {
    a("grant_id", r.key.grant);
    a("holder", r.key.holder);
    a("amount_micro", r.reservation.amount);
    a("month", r.reservation.month);
}

template <typename A, Is<core::VoucherMonthRow> R>
void fields(A& a, R& r) {
    a("programme", r.programme);
    a("organisation", r.organisation);
    a("month", r.month);
    a("used_micro", r.used);
}

}  // namespace suanpan::db
