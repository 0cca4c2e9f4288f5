#pragma once

// Settlement runs and lines, final windows, readings.

#include "core/rows.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"
#include "settlement/reading.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace suanpan::db {

std::optional<core::RunRow> find_run(Tx& tx, const RunId& id);
std::optional<core::RunRow> find_run_of_range(Tx& tx, LogIndex from, LogIndex to);
std::optional<core::RunRow> find_last_run(Tx& tx);  // by the end of its range
Listed<core::RunRow> list_runs(Tx& tx, const Page& page);

// A line with the parties of its lease.
struct LineInfo {
    core::SettlementLineRow row;
    OrganisationId buyer;
    OrganisationId provider;
    PoolId pool;
    matching::MarketKey market;
    settlement::ContractTerms terms;
};
struct LineFilter {
    std::optional<RunId> run;
    std::optional<OrganisationId> party;  // buyer, provider, or one of the owners
    std::optional<LeaseId> lease;
    std::optional<ProgrammeId> programme;  // lines of which it paid a part
    std::optional<Time> from;              // windows that end after this
    std::optional<Time> until;             // and at or before this
    std::optional<std::int64_t> limit;     // no more of them than this
};
// One after the other, by (window end, lease), without holding all of them in memory.
// Returns how many there were.
std::int64_t for_each_line(Tx& tx, const LineFilter& filter,
                           const std::function<void(const LineInfo&)>& visit);

// By (window start, meter, epoch, seq).
struct ReadingPage {
    std::int64_t offset = 0;
    std::int64_t limit = 200;
};
struct ReadingFilter {
    LeaseId lease;
    std::optional<Window> window{};  // those that reach into it
};
Listed<core::ReadingRow> list_readings(Tx& tx, const ReadingFilter& filter,
                                       const ReadingPage& page);
// Of the meters that made them.
std::map<MeterId, settlement::MeterRole> meter_roles(Tx& tx,
                                                     const std::vector<core::ReadingRow>& readings);
// What a meter said of it; by role, then by meter.
struct ReadingChain {
    MeterId meter;
    settlement::MeterRole role = settlement::MeterRole::kProvider;
    std::int64_t readings = 0;
    std::vector<LogIndex> entries;  // that hold them, ascending
};
std::vector<ReadingChain> list_chains(Tx& tx, const ReadingFilter& filter);
// (epoch, seq) of the last of a chain.
std::optional<std::pair<std::int64_t, std::int64_t>> find_highest_reading(Tx& tx,
                                                                          const LeaseId& lease,
                                                                          const MeterId& meter);
// What is stored under the id of a reading.
struct StoredReading {
    bool same = false;  // the same bytes; otherwise it is equivocation
    LogIndex index;     // where it was accepted
};
// Of a batch, by (epoch, seq).
std::map<std::pair<std::int64_t, std::int64_t>, StoredReading> find_stored_readings(
    Tx& tx, const settlement::ReadingBatch& batch);
std::optional<core::FinalWindowRow> find_window(Tx& tx, const LeaseId& lease, Time start);
std::vector<core::FinalWindowRow> list_windows(Tx& tx, const LeaseId& lease);  // by end

}  // namespace suanpan::db
