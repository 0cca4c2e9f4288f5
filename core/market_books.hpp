#pragma once

// All that the market core keeps between commands; inside of core/ only. What it does with that is
// in market_impl.hpp.

#include "core/cash_desk.hpp"
#include "core/market.hpp"
#include "core/market_parts.hpp"
#include "core/old_meter_keys.hpp"
#include "core/period_desk.hpp"
#include "core/project_desk.hpp"
#include "core/request_desk.hpp"
#include "core/signing_desk.hpp"
#include "core/under_way.hpp"
#include "matching/engine.hpp"
#include "settlement/accounts.hpp"
#include "settlement/bill.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suanpan::core {

struct MarketBooks {
    HeadRow head;
    OrganisationId operator_id;
    std::map<OrganisationId, OrganisationRow> organisations;
    std::map<MeterId, MeterRow> meters;
    OldMeterKeys old_keys;
    std::map<matching::MarketKey, MarketRow> markets;
    std::vector<ScheduleRow> schedules;  // the last one is in force
    std::map<std::string, ModelRow> models;
    std::map<SiteId, SiteRow> sites;
    std::map<PoolId, PoolRow> pools;
    std::map<PoolId, settlement::TitleHistory> titles;   // of every pool
    std::map<OrganisationId, std::size_t> title_owners;  // how many confirmed ones name whom
    std::map<AttestationId, AttestationRow> attestations;
    std::map<LogIndex, BlockRow> blocks;  // not ended early
    std::map<LogIndex, CallRow> calls;    // open ones
    std::map<LimitTarget, LimitedTarget> limits;
    // By the engine's slot; only open orders' places are good. The index is never walked.
    std::vector<OpenOrder> orders;
    std::unordered_map<OrderId, matching::OrderSlot, IdHash> order_slots;
    std::map<LeaseId, LiveLease> leases;
    std::set<std::pair<PoolId, LeaseId>> leases_of_pool;
    std::optional<RunRow> last_run;  // the next one begins where it ended
    std::map<JournalId, PendingRow> pending;
    // The same rows by what they are looked for.
    std::set<std::pair<LeaseId, JournalId>> pending_of_lease;
    std::set<std::pair<OrganisationId, JournalId>> pending_of_owner;
    std::map<std::pair<OrganisationId, std::string>, std::set<JournalId>> frozen_pending;
    // By provider and buyer, in the order of their entries.
    std::map<Partners, std::vector<settlement::DiscountAgreement>> agreements;
    settlement::MonthlyVolumes volumes;  // of those that have tiers
    UnpricedWindows unpriced;
    settlement::VoucherBook vouchers;
    std::map<ProgrammeId, ProgrammeHolder> programme_holders;
    std::map<GrantId, LogIndex> grant_indices;
    settlement::RelatedOrganisations relations;
    std::map<SigningKeyId, ArbiterKeyRow> arbiter_keys;
    // Of windows that are not settled, or that a dispute can still change.
    std::map<DisputeId, DisputeRow> disputes;
    std::map<DisputeKey, DisputeId> dispute_ids;
    CashDesk desk;
    RequestDesk requests;
    PeriodDesk closing;
    ProjectDesk projects;
    SigningDesk signing;
    matching::Engine engine;
    settlement::Accounts accounts;
    std::set<DueKey> due;
};

}  // namespace suanpan::core
