#pragma once

// What a person wants to read after the day.

#include "apps/suanpan-demo/closing.hpp"
#include "apps/suanpan-demo/progress.hpp"
#include "apps/suanpan-demo/readings.hpp"
#include "apps/suanpan-demo/world.hpp"
#include "base/json.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace suanpan::demo {

struct DayReport {
    Json listed;                 // pools, as the providers told
    Json unmet;                  // the order that nobody could meet, and why
    std::int64_t placed = 0;     // orders of buyers
    std::int64_t activated = 0;  // leases handed over
    ReadingCounts readings;
    std::vector<Json> runs;  // of settlement
    Json all_trades;
    std::map<std::string, DeliveryFigures> delivery;
    std::map<std::string, TradeFigures> trades;
    std::vector<Json> buyers;  // results of each buyers' process
    std::vector<Json> statements;
    Json disputes = Json::array();
    Json programme;  // of vouchers, as its funder sees it
    Json overspent;  // the order that was too much for its project's budget
    Json project;    // at the end
    std::map<std::string, std::string> names;
    std::string short_provider;
    Json digest;
    std::int64_t log_size = 0;
    AuditResult verify;
    AuditResult replay;
};

void print_report(const DayReport& report, const World& world, const std::vector<StepTime>& steps);
// The parts that the trace's replay prints too.
void print_delivery(const std::vector<Json>& runs,
                    const std::map<std::string, DeliveryFigures>& delivery);
void print_audit(const AuditResult& verify, const AuditResult& replay, const Json& digest,
                 std::int64_t log_size);
void print_steps(const std::vector<StepTime>& steps);

}  // namespace suanpan::demo
