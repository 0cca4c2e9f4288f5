#pragma once

// Voucher programmes, their grants, and what was redeemed of them.

#include "core/voucher_rows.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"

#include <optional>
#include <vector>

namespace suanpan::db {

struct ProgrammeInfo {
    core::ProgrammeRow row;
    settlement::ProgrammeTotals totals;
};

std::optional<core::ProgrammeRow> find_programme(Tx& tx, const ProgrammeId& id);
// Those that `party` holds, pays for, or has a grant of; without it all.
Listed<ProgrammeInfo> list_programmes(Tx& tx, const std::optional<OrganisationId>& party,
                                      const Page& page);

struct GrantFilter {
    std::optional<OrganisationId> party;  // who has it, or holds or pays for the programme
    std::optional<ProgrammeId> programme;
};
Listed<core::GrantRow> list_grants(Tx& tx, const GrantFilter& filter, const Page& page);

}  // namespace suanpan::db
