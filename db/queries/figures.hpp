#pragma once

// Figures of the market for who watches over it (operations, "Seeing it"). Of what is live only:
// history, which grows without end, is not counted.

#include "base/units.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace suanpan::db {

struct MarketFigures {
    // By (market, side): "AI-FP16/CNY", "buy".
    std::map<std::pair<std::string, std::string>, std::int64_t> open_orders;
    std::map<std::string, std::int64_t> open_leases;    // by state; those with something to come
    std::map<std::string, std::int64_t> open_disputes;  // by state
    // Final billing windows that no run has settled.
    std::int64_t waiting_windows = 0;
    std::int64_t waiting_estimated = 0;  // of them, those whose delivery had to be estimated
    std::optional<Time> oldest_window;   // when the first of them became final
    // The last settlement run.
    LogIndex run_to{0};
    std::int64_t run_leases = 0;
    bool run_open = false;
    std::int64_t waiting_requests = 0;  // of the operator, for a second person
    // Sums over all accounts by currency, decimal (they may be beyond int64): zero, each.
    std::map<std::string, std::string> account_sums;
    // Accounts below zero that never may be.
    std::int64_t accounts_below_zero = 0;
};

// REQUIRES a snapshot, so that all figures are of one moment.
MarketFigures load_market_figures(Tx& tx);

}  // namespace suanpan::db
