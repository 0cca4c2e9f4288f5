#include "apps/suanpan-demo/trace.hpp"

#include "apps/suanpan-demo/closing.hpp"
#include "apps/suanpan-demo/day_report.hpp"
#include "apps/suanpan-demo/trace_replay.hpp"
#include "apps/suanpan-demo/world.hpp"
#include "base/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace suanpan::demo {
namespace {

constexpr Time kStart{1'781'481'600};  // 2026-06-15T00:00:00Z

struct Closing {
    std::vector<Json> runs;
    std::map<std::string, DeliveryFigures> delivery;
    Json digest;
    std::int64_t log_size = 0;
    AuditResult verify;
    AuditResult replay;
};

void print_fates(const TraceFigures& figures) {
    fmt::print("\nTasks: {} entered, {} cleared, {} refused\n", with_commas(figures.entered),
               with_commas(figures.cleared), with_commas(figures.entered - figures.cleared));
    for (const auto& [qos, fates] : figures.by_qos) {
        std::string text;
        for (const auto& [fate, count] : fates)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", with_commas(count), fate);
        fmt::print("  {:<12}{}\n", qos, text);
    }
    fmt::print("  Why refused (as the preview said after the batch):\n");
    for (const auto& [why, count] : figures.refused)
        fmt::print("    {:>6}  {}\n", with_commas(count), why);
}

std::string mean_price(const HourFigures& hour) {
    return hour.lots == 0 ? "-" : to_string(Price(hour.price_lots / hour.lots)).substr(0, 6);
}

void print_prices(const TraceFigures& figures) {
    fmt::print("\nPrices over time (GPU lots, CNY per lot·h)\n  {:<6}{:>9}{:>9}{:>8}{:>10}{:>10}\n",
               "hour", "entered", "cleared", "lots", "mean", "highest");
    for (const auto& [hour, one] : figures.hours) {
        if (one.entered < 10) continue;
        fmt::print("  {:<6}{:>9}{:>9}{:>8}{:>10}{:>10}\n", hour, one.entered, one.cleared, one.lots,
                   mean_price(one), to_string(one.highest).substr(0, 6));
    }
}

// Most lots sold at one moment.
std::int64_t peak_of(const PoolFigures& pool) {
    std::int64_t now = 0;
    std::int64_t peak = 0;
    for (const auto& [second, change] : pool.changes) {
        now += change;
        peak = std::max(peak, now);
    }
    return peak;
}

void print_utilisation(const TraceFigures& figures) {
    fmt::print(
        "\nUtilisation by model over the {} hours of orders\n  {:<10}{:>8}{:>12}{:>8}{:>10}\n",
        figures.span_s / kSecondsPerHour, "model", "lots", "base price", "peak", "sold");
    for (const auto& [id, pool] : figures.pools) {
        const std::int64_t all = pool.lots.value * figures.span_s;
        const std::int64_t per_mille = all == 0 ? 0 : pool.sold_lot_s * 1'000 / all;
        fmt::print("  {:<10}{:>8}{:>12}{:>8}{:>8}.{} %\n", pool.name, pool.lots.value,
                   to_string(pool.base_price).substr(0, 6), peak_of(pool), per_mille / 10,
                   per_mille % 10);
    }
}

Closing close_replay(Stage& stage, const Replay& replay, Progress& progress) {
    Closing out;
    progress.begin("settlement");
    out.runs = replay.runs();
    out.runs.push_back(settle(stage));
    out.delivery = read_delivery(stage, out.runs, replay.buyer_ids());
    progress.begin("memory against database");
    out.digest = check_digest(stage);
    progress.begin("audit: checkpoint and entries");
    out.log_size = wait_for_checkpoint(stage);
    out.verify = audit(stage, "verify", replay.auditor_key());
    progress.begin("audit: replay");
    out.replay = audit(stage, "replay", replay.auditor_key());
    progress.end();
    return out;
}

void print_input(const TraceInput& input) {
    std::int64_t gpus = 0;
    for (const TracePool& pool : input.pools)
        gpus += pool.market == kAi ? pool.lots.value : 0;
    fmt::print(
        "Alibaba cluster-trace-gpu-v2023 (openb): {} tasks; every {}th node: {} GPU nodes with {}\n"
        "GPUs and {} CPU nodes. Creation times ÷ {}, real durations up to the minute. G2 and G3\n"
        "are undisclosed and taken as A10-class and A100-class. Prices are assumed.\n\n",
        with_commas(static_cast<std::int64_t>(input.tasks.size())), kNodeStep, input.gpu_nodes,
        gpus, input.cpu_nodes, kTimeDivisor);
}

}  // namespace

int replay_trace(const Settings& settings, const std::string& folder) {
    Progress progress;
    const TraceInput input = read_trace(folder);
    print_input(input);
    progress.begin("database and server");
    Stage stage(settings, "trace");
    stage.make_database();
    stage.start_server(kStart);
    progress.begin("catalogue, markets, capacity");
    open_market(stage, {kAi, kGeneral});
    Replay replay(stage, input, kStart);
    replay.list_capacity();
    progress.begin("tasks ordered");
    replay.enter_tasks(progress);
    progress.begin("leases run out");
    replay.run_out(progress);
    const Closing closing = close_replay(stage, replay, progress);
    print_fates(replay.figures());
    print_prices(replay.figures());
    print_utilisation(replay.figures());
    fmt::print("\nReadings: {} signed, {} accepted, {} refused; {} leases\n",
               with_commas(replay.figures().readings.sent),
               with_commas(replay.figures().readings.accepted),
               with_commas(replay.figures().readings.refused),
               with_commas(replay.figures().leases));
    print_delivery(closing.runs, closing.delivery);
    print_audit(closing.verify, closing.replay, closing.digest, closing.log_size);
    print_steps(progress.steps());
    return closing.verify.passed && closing.replay.passed ? 0 : 1;
}

}  // namespace suanpan::demo
