#pragma once

// What the market has done so far of a command and of a batch; inside of core/ only.

#include "core/market.hpp"
#include "core/market_parts.hpp"
#include "core/touched.hpp"
#include "settlement/discount.hpp"
#include "settlement/voucher_book.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace suanpan::core {

struct CommandUnderWay {
    const Command* command = nullptr;
    CommandOutcome outcome;
    EntryDraft input_entry;
    bool accepted = false;
    std::uint32_t next_ordinal = 0;
    std::map<settlement::AccountKey, std::int64_t> moves;
    std::vector<matching::OrderSlot> ended_orders;
    std::vector<LeaseId> closed_leases;
    std::vector<JournalId> released_pending;
    std::vector<AttestationId> ended_attestations;
    std::vector<LogIndex> ended_blocks;
    std::vector<LogIndex> ended_calls;
};

struct BatchUnderWay {
    Rows changes;  // rows that are only ever added
    Touched<OrganisationId> touched_organisations;
    Touched<MeterId> touched_meters;
    Touched<matching::MarketKey> touched_markets;
    Touched<PoolId> touched_pools;
    Touched<AttestationId> touched_attestations;
    Touched<LogIndex> touched_blocks;
    Touched<LogIndex> touched_calls;
    Touched<LimitTarget> touched_limits;
    Touched<OrderId> touched_orders;
    Touched<LeaseId> touched_leases;
    Touched<std::pair<LeaseId, Time>> touched_windows;
    std::map<std::pair<LeaseId, Time>, FinalWindowRow> window_rows;
    std::map<LogIndex, TitleRow> title_rows;
    bool touched_run = false;
    Touched<JournalId> touched_pending;
    Touched<std::pair<Partners, AgreementId>> touched_agreements;
    Touched<settlement::MonthlyVolumes::Key> touched_volumes;
    Touched<ProgrammeId> touched_programmes;
    Touched<GrantId> touched_grants;
    Touched<settlement::ReservationKey> touched_reservations;
    Touched<settlement::VoucherBook::MonthKey> touched_voucher_months;
    Touched<SigningKeyId> touched_arbiter_keys;
    Touched<DisputeId> touched_disputes;
    Touched<settlement::AccountKey> touched_balances;
};

}  // namespace suanpan::core
