#pragma once

// What statements and exports are made of, page by page. Lines and journal entries are only ever
// added, in the order of the log: with `before`, the size of the log when the first page was read,
// all pages together show one moment, and no transaction has to stay open between them.

#include "core/rows.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::db {

// How far the log had come.
struct LogPoint {
    LogIndex size;  // the next index
    Time last_time;
};
LogPoint read_log_point(Tx& tx);

// A lease with the names that are shown with it. Names may be empty.
struct BilledLease {
    LeaseId id;
    OrganisationId buyer;
    OrganisationId provider;
    PoolId pool;
    matching::MarketKey market;
    settlement::ContractTerms terms;
    matching::Billing billing = matching::Billing::kReserved;
    std::string buyer_name;
    std::string provider_name;
    std::string model;
    SiteId site;
    std::string site_name;
    std::string hub;
    ProjectId buyer_project;  // of the order; nil: none
    ProjectId provider_project;
    std::string buyer_project_name;
    std::string provider_project_name;
};

struct BilledLine {
    core::SettlementLineRow row;
    bool correction = false;  // of a line of an earlier run
    Time posted;
    std::string invoice;  // the number of the buyer's, or of its credit note; empty: not yet
};

struct BillingFilter {
    std::optional<OrganisationId> party;  // buyer, provider, or one of the owners
    std::optional<ProjectId> project;     // of the party's own order
    Time from;                            // windows that end after this
    Time until;                           // and at or before this
    LogIndex before;                      // posted by entries before this one
};

// By id, after `after` (nil: from the first). Some of them may have no line in the period.
std::vector<BilledLease> list_billed_leases(Tx& tx, const BillingFilter& filter,
                                            const LeaseId& after, std::int64_t limit);
// Of windows that start in `starts`, by (lease, start, place in the log).
std::vector<BilledLine> list_billed_lines(Tx& tx, const BillingFilter& filter,
                                          const std::vector<LeaseId>& leases, const Window& starts);

struct JournalFeed {
    std::optional<OrganisationId> organisation;  // with a posting of it
    Time from;
    Time until;
    LogIndex before;
};
// By (log index, id).
struct JournalPlace {
    LogIndex index{-1};
    JournalId id;
};
std::vector<settlement::JournalEntry> list_journal_after(Tx& tx, const JournalFeed& feed,
                                                         const JournalPlace& after,
                                                         std::int64_t limit);
// By the journal before `time`, and before the entry `before`, of the organisation or of all;
// without those that are zero.
std::vector<core::BalanceRow> sum_balances(Tx& tx, const std::optional<OrganisationId>& whose,
                                           Time time, LogIndex before);
// As they stand, with those that are zero.
std::vector<core::BalanceRow> list_all_balances(Tx& tx, const std::optional<OrganisationId>& whose);

// What an organisation can withdraw, and what will be released to it when.
struct Payout {
    OrganisationId organisation;
    std::string name;
    std::string currency;
    bool pending = false;   // false: available now
    bool disputed = false;  // pending, and not released while a dispute is open
    Money amount;
    Time release;  // of what is pending
};
// Whole organisations by id after `after` (nil: from the first), at most `limit` of them; each by
// currency, what is available first, then by time.
std::vector<Payout> list_payouts(Tx& tx, const std::optional<OrganisationId>& whose,
                                 const OrganisationId& after, std::int64_t limit);

std::string find_organisation_name(Tx& tx, const OrganisationId& id);  // empty: none
// Who runs the market; nil before there is one.
OrganisationId find_operator(Tx& tx);

}  // namespace suanpan::db
