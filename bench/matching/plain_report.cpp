#include "bench/matching/plain_report.hpp"

#include "bench/matching/median.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <vector>

namespace suanpan::bench {
namespace {

struct Result {
    std::vector<double> ns;  // a message, by round
    Trades trades;
    bool steady = true;  // every round traded the same
};

double ns_a_message(const PlainRun& run, const PlainWorkload& workload) {
    return static_cast<double>(run.time.count()) / static_cast<double>(workload.messages.size());
}

std::vector<Result> run_rounds(std::span<const Contestant> contestants,
                               const PlainWorkload& workload, std::size_t rounds) {
    std::vector<Result> out(contestants.size());
    // In turn, so that a machine that slows down meanwhile slows all of them.
    for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < contestants.size(); ++i) {
            const PlainRun run = contestants[i].run(workload);
            out[i].ns.push_back(ns_a_message(run, workload));
            out[i].steady = out[i].steady && (round == 0 || run.trades == out[i].trades);
            out[i].trades = run.trades;
        }
    }
    return out;
}

double median_of(std::span<const Contestant> contestants, const std::vector<Result>& results,
                 Role role) {
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (contestants[i].role == role) return median(results[i].ns);
    }
    return 0;
}

bool is_published(const PlainWorkload& workload) {
    const bool same =
        workload.trades.count == kPlainTrades && workload.trades.quantity == kPlainQuantity;
    fmt::print("  {} messages, {} orders, {} trades, quantity {}: {}\n\n", workload.messages.size(),
               workload.orders, workload.trades.count, workload.trades.quantity,
               same ? "as published" : "NOT the published workload");
    return same;
}

}  // namespace

bool report_plain(std::span<const Contestant> contestants, std::size_t rounds) {
    fmt::print("Plain workload: one class, one profile, one window; {} rounds in turn, medians\n",
               rounds);
    const PlainWorkload workload = make_plain_workload(kPlainMessages);
    bool good = is_published(workload);
    std::fflush(stdout);
    const auto results = run_rounds(contestants, workload, rounds);
    const double reference = median_of(contestants, results, Role::kReference);
    const double floor = median_of(contestants, results, Role::kFloor);
    fmt::print("  {:<14} {:>11} {:>13} {:>11} {:>10} {:>8}  {}\n", "", "ns/message", "range",
               "messages/s", "x std::map", "x floor", "trades");
    for (std::size_t i = 0; i < results.size(); ++i) {
        const Contestant& who = contestants[i];
        const double ns = median(results[i].ns);
        const bool same = results[i].steady && results[i].trades == workload.trades;
        const bool trades = who.role != Role::kFloor;
        fmt::print(
            "  {:<14} {:>11.1f} {:>13} {:>9.2f} M {:>10} {:>8}  {}\n", who.name, ns,
            fmt::format("{:.1f}-{:.1f}", quantile(results[i].ns, 0), quantile(results[i].ns, 1)),
            1e3 / ns, reference > 0 ? fmt::format("{:.2f}", reference / ns) : "-",
            floor > 0 ? fmt::format("{:.2f}", ns / floor) : "-",
            !trades ? "-"
            : same  ? "same"
                    : "DIFFERENT");
        if (trades && !same) {
            good = false;
            fmt::print("    {} trades, quantity {}, hash {:016x}; expected hash {:016x}\n",
                       results[i].trades.count, results[i].trades.quantity, results[i].trades.hash,
                       workload.trades.hash);
        }
    }
    fmt::print("\n");
    for (const Contestant& who : contestants)
        fmt::print("  {:<14} {}\n", who.name, who.what);
    fmt::print(
        "  x std::map: how many times as fast as that book. x floor: how many times the "
        "floor's time.\n\n");
    return good;
}

}  // namespace suanpan::bench
