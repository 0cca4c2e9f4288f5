#pragma once

// What comes after any play: settlement by the operator's command line, the audit by the auditor's
// program, memory against database, and figures from the operator's lists.

#include "apps/suanpan-demo/stage.hpp"
#include "base/checked.hpp"
#include "base/json.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace suanpan::demo {

// Fees, metering and efficiencies as both plays use them; `deadline` for readings.
Json demo_schedule();
// Catalogue (by the command line), markets, schedule.
void open_market(Stage& stage, const std::vector<std::string_view>& markets);
void deposit(Stage& stage, const std::string& organisation, const std::string& amount);

// `suanpan settle run --json`: the closed run. Settling the same again must post nothing; checked.
Json settle(Stage& stage);

struct AuditResult {
    bool passed = false;
    std::string text;  // what the auditor's program printed
};
// `suanpan-audit <command>` over the published log, with an auditor's key.
AuditResult audit(Stage& stage, const std::string& command, const std::string& auditor_key);
// Waits until the published checkpoint covers the whole log; gives its size.
std::int64_t wait_for_checkpoint(Stage& stage);

// Of one market.
struct TradeFigures {
    std::int64_t trades = 0;
    std::int64_t lots = 0;
    Price lowest{0};  // per CU·h
    Price highest{0};
    Int128 value_micro = 0;
};
// Price of a trade or lease per CU·h, rounded down.
Price per_cu(const Json& priced);
Json read_trades(Stage& stage);
std::map<std::string, TradeFigures> trade_figures(const Json& trades);
Money value_of(const Json& trade);  // price × lots × time, rounded down

struct DeliveryFigures {
    std::int64_t lines = 0;
    Int128 mcu_us = 0;  // milli-CU × microseconds
    Int128 lot_us = 0;
    std::int64_t credited = 0;  // lines with a service credit
    Int128 credit_micro = 0;
    Int128 discount_micro = 0;
    Int128 voucher_micro = 0;
};
// By market, from the runs' lines of these buyers (a list of lines has an upper bound).
std::map<std::string, DeliveryFigures> read_delivery(Stage& stage, const std::vector<Json>& runs,
                                                     const std::vector<std::string>& buyers);
// Sums over runs of totals in one currency.
struct RunSums {
    std::int64_t leases = 0;
    std::int64_t windows = 0;
    Money sale;
    Money buyer_pays;
    Money provider_gets;
    Money fees;
    Money tax;
};
RunSums sum_runs(const std::vector<Json>& runs);
std::int64_t cu_hours(Int128 mcu_us);

// The digest route's answer; throws when memory and database differ or a sum is not zero.
Json check_digest(Stage& stage);

// "1,234.56" from micro-units, rounded down.
std::string money_text(Int128 micro);

}  // namespace suanpan::demo
