#pragma once

// The columns of disputes and of arbiters' keys (see db/table.hpp).

#include "db/table.hpp"

namespace suanpan::db {

#define SUANPAN_TABLE(row, name, key)                   \
    template <>                                         \
    struct Table<row> {                                 \
        static constexpr std::string_view kName = name; \
        static constexpr std::string_view kKey = key;   \
    };

SUANPAN_TABLE(core::ArbiterKeyRow, "arbiter_key", "id")
SUANPAN_TABLE(core::DisputeRow, "dispute", "id")

#undef SUANPAN_TABLE

template <typename A, Is<core::ArbiterKeyRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("public_key", r.key);
    a("revoked", r.revoked);
    a("log_index", r.index);
}

template <typename A, Is<core::DisputeRow> R>
void fields(A& a, R& r) {
    a("id", r.dispute.id);
    a("lease", r.dispute.lease);
    a("start_s", r.dispute.window.start);
    a("end_s", r.dispute.window.end);
    a("reason", r.dispute.reason);
    a("opened_by", r.dispute.opened_by);
    a("opened_s", r.dispute.opened_at);
    a("final", r.dispute.final);
    a("claimed", r.dispute.claimed);
    a("state", r.dispute.state);
    a("claim_by_s", r.dispute.claim_by);
    a("rule_by_s", r.dispute.rule_by);
    a("evidence", r.dispute.evidence);
    a("named_by_provider", r.dispute.named[0]);
    a("named_by_buyer", r.dispute.named[1]);
    a("named_by_operator", r.dispute.named[2]);
    a("provider_offers", r.dispute.provider_offers);
    a("buyer_offer", r.dispute.buyer_offer);
    a("result", r.dispute.result);
    a("ended_s", r.dispute.ended_at);
    a("buyer", r.buyer);
    a("provider", r.provider);
    a("log_index", r.index);
    a("held_micro", r.held);
    a("reserved_micro", r.reserved);
    a("change", r.change);
    a("arbiter", r.arbiter);
    a("owners", r.owners);
}

}  // namespace suanpan::db
