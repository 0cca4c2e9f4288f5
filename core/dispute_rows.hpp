#pragma once

// What the market knows of disputes, as rows (metering-settlement "Disputes"); see rows.hpp.

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"
#include "settlement/correction.hpp"
#include "settlement/dispute.hpp"

#include <optional>
#include <vector>

namespace suanpan::core {

// An Ed25519 key with which an arbiter signs its rulings.
struct ArbiterKeyRow {
    SigningKeyId id;
    OrganisationId organisation;
    PublicKey key{};
    bool revoked = false;
    LogIndex index;
    friend bool operator==(const ArbiterKeyRow&, const ArbiterKeyRow&) = default;
};

// A window has at most two: one that could raise its bill (the provider's, or a mismatch), and one
// that could lower it (the buyer's). Each is about the difference from what became final, and with
// each end what the other one keeps is taken anew: so they end in any order with the same money.
struct DisputeRow {
    settlement::Dispute dispute;
    OrganisationId buyer;
    OrganisationId provider;
    LogIndex index;  // of the entry that opened it
    // Since the window was settled: of the buyer's hold and of its voucher's reservation.
    Money held{0};
    Money reserved{0};
    // What its end posted; nothing when the window was settled later, with the result.
    std::optional<settlement::WaterfallDifference> change{};
    OrganisationId arbiter{};  // who ruled; nil: nobody
    // Who owned the pool at the window's start; ascending, distinct. Each of them may speak for the
    // provider's side, and all of them agree or none.
    std::vector<OrganisationId> owners{};
    friend bool operator==(const DisputeRow&, const DisputeRow&) = default;

    [[nodiscard]] bool raises() const {
        return dispute.opened_by != settlement::DisputeParty::kBuyer;
    }
};

}  // namespace suanpan::core
