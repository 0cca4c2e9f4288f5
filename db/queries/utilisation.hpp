#pragma once

// What there is, and how much of it is used.

#include "base/ids.hpp"
#include "base/units.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace suanpan::db {

// What one provider has in one class at one hub. A pool that has rates in several classes is in
// each of them.
struct Holding {
    std::string compute_class;
    std::string hub;
    OrganisationId provider;
    Lots lots;                     // registered
    Cu rate;                       // of all of them, now
    Lots listed;                   // in open sells that touch the window
    std::int64_t blocked_s = 0;    // lots × seconds of the window: out for maintenance
    std::int64_t leased_s = 0;     // sold in this class, until released
    std::int64_t delivered_s = 0;  // in final billing windows that lie in it, rounded down
    Cu leased_cu_h;                // the same in CU × hours, rounded down
    Cu delivered_cu_h;
};
std::vector<Holding> list_holdings(Tx& tx, const Window& window);

// Lots by how far away they are from a place; `tier` as seed/latency_tiers.csv names it, or
// `unmeasured`.
struct TierCapacity {
    std::string compute_class;
    std::string tier;
    std::int64_t pools = 0;
    Lots lots;
    Cu rate;
};
std::vector<TierCapacity> list_tiers(Tx& tx, const std::string& place);

struct ClassTotal {
    std::string compute_class;
    std::int64_t pools = 0;
    Lots lots;
    Cu rate;
};
struct TradedTotal {
    std::string currency;
    std::int64_t trades = 0;
    std::int64_t lot_h = 0;  // rounded down
    Money value;             // rounded down
};
struct Totals {
    std::int64_t providers = 0;  // with a pool
    std::int64_t pools = 0;
    Lots lots;
    Lots accelerators;  // lots of devices that are not CPUs
    std::int64_t active_leases = 0;
    std::vector<ClassTotal> classes;
    std::vector<TradedTotal> traded;  // ever, until traded_until
    Time traded_until;
};
// REQUIRES a transaction that sees one moment.
Totals read_totals(Tx& tx);

}  // namespace suanpan::db
