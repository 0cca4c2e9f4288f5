#include "bench/matching/rich_report.hpp"

#include "bench/matching/median.hpp"
#include "bench/matching/rich_depth.hpp"
#include "bench/matching/rich_run.hpp"

#include <fmt/core.h>

#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

namespace suanpan::bench {
namespace {

constexpr std::array<std::string_view, 3> kKinds{"bids", "sells", "cancels"};

// How the first messages trade. Other totals mean that a rule of the market has changed, which no
// measure for speed may do.
constexpr std::uint32_t kCheckedMessages = 5'000;
constexpr RichTotals kCheckedTotals{1'615, 22'068, 1'103, 0x8100b69644a65e16ULL};

std::string_view verdict(bool met) {
    return met ? "met" : "MISSED";
}

// Values of the samples of one kind.
template <typename Member>
std::vector<std::uint32_t> values_of(const RichRun& run, RichKind kind, Member member) {
    std::vector<std::uint32_t> out;
    for (const RichSample& sample : run.samples) {
        if (sample.kind == kind) out.push_back(sample.*member);
    }
    return out;
}

std::vector<std::uint32_t> all_ns(const RichRun& run) {
    std::vector<std::uint32_t> out;
    out.reserve(run.samples.size());
    for (const RichSample& sample : run.samples)
        out.push_back(sample.ns);
    return out;
}

double share_that_trades(const RichRun& run, RichKind kind) {
    double all = 0;
    double traded = 0;
    for (const RichSample& sample : run.samples) {
        if (sample.kind != kind) continue;
        ++all;
        traded += sample.traded ? 1 : 0;
    }
    return all > 0 ? traded / all : 0;
}

double microseconds(std::uint32_t ns) {
    return static_cast<double>(ns) / 1e3;
}

void print_market(const RichScale& scale) {
    const RichWorld world(scale);
    std::vector<double> selectivity;
    for (const RichRequirement& each : world.requirements())
        selectivity.push_back(each.selectivity * 100);
    fmt::print(
        "Rich workload: windows of 15-minute steps over two weeks, lot and CU bids\n"
        "  {} resting sells of {} pools, {} profiles, then {} messages\n"
        "  {} requirements, met by {:.0f} % of the profiles in the median ({:.0f} to {:.0f} %)\n\n",
        scale.resting, scale.pools, scale.profiles, scale.messages, scale.requirements,
        median(selectivity), quantile(selectivity, 0), quantile(selectivity, 1));
    std::fflush(stdout);
}

void print_totals(std::string_view what, const RichTotals& totals) {
    fmt::print("  {}: {} trades, {} lots, {} orders cancelled, hash {:016x}\n", what, totals.trades,
               totals.lots, totals.cancelled, totals.hash);
}

// Whether the workload is what it says it is.
bool print_shape(const RichRun& run, const std::vector<std::uint32_t>& before) {
    const double trading = share_that_trades(run, RichKind::kBid);
    const auto met = values_of(run, RichKind::kBid, &RichSample::offers_met);
    const bool good = trading >= kLeastTrading && median(before) >= kLeastMet;
    fmt::print(
        "  {:.1f} % of the bids trade on arrival; a bid has {} offers before it in priority order "
        "in the median,\n  {} at 75 %, {} at 99 %: {}; its walk looks at {}, {}, {}\n",
        trading * 100, median(before), quantile(before, 0.75), quantile(before, 0.99),
        good ? "rich enough" : "NOT RICH ENOUGH", median(met), quantile(met, 0.75),
        quantile(met, 0.99));
    print_totals("in all", run.totals);
    fmt::print("\n");
    return good;
}

void print_latency(const RichRun& run) {
    fmt::print("  {:<9} {:>9} {:>9} {:>9} {:>9} {:>9}   microseconds\n", "", "messages", "p50",
               "p99", "p99.9", "most");
    const auto line = [](std::string_view name, const std::vector<std::uint32_t>& ns) {
        if (ns.empty()) return;
        fmt::print("  {:<9} {:>9} {:>9.2f} {:>9.2f} {:>9.2f} {:>9.2f}\n", name, ns.size(),
                   microseconds(median(ns)), microseconds(quantile(ns, 0.99)),
                   microseconds(quantile(ns, 0.999)), microseconds(quantile(ns, 1)));
    };
    for (std::size_t kind = 0; kind < kKinds.size(); ++kind)
        line(kKinds[kind], values_of(run, static_cast<RichKind>(kind), &RichSample::ns));
    line("all", all_ns(run));
    const double p99 = microseconds(quantile(all_ns(run), 0.99));
    fmt::print("  aim: p99 under {:.0f} us: {}\n\n", kAimP99Us, verdict(p99 < kAimP99Us));
}

bool trades_as_ever(const MakeRichBook& make_book) {
    RichScale scale;
    scale.messages = kCheckedMessages;
    scale.all_or_none = true;
    const RichTotals totals = run_rich(scale, make_book, false).totals;
    if (totals == kCheckedTotals) return true;
    fmt::print("  The first {} messages trade DIFFERENTLY than ever before\n", kCheckedMessages);
    print_totals("expected", kCheckedTotals);
    print_totals("traded", totals);
    return false;
}

struct Growth {
    std::string_view name;
    RichScale scale;
};

// What each row changes against the first. Pools grow with the orders, up to 100,000.
std::vector<Growth> growth_rows() {
    RichScale base;
    base.messages = 50'000;
    std::vector<Growth> out{{"as above", base}};
    const auto add = [&](std::string_view name, auto&& change) {
        RichScale scale = base;
        change(scale);
        out.push_back({name, scale});
    };
    add("all or none", [](RichScale& scale) { scale.all_or_none = true; });
    add("10 x profiles", [](RichScale& scale) { scale.profiles = 10'000; });
    add("100 x profiles", [](RichScale& scale) { scale.profiles = scale.pools = 100'000; });
    add("10 x windows", [](RichScale& scale) { scale.grid_s = 90; });
    add("100 x windows", [](RichScale& scale) { scale.grid_s = 9; });
    add("10 x resting", [](RichScale& scale) {
        scale.resting = 1'000'000;
        scale.pools = 100'000;
    });
    add("100 x resting", [](RichScale& scale) {
        scale.resting = 10'000'000;
        scale.pools = 100'000;
    });
    return out;
}

void print_growth(const MakeRichBook& make_book) {
    fmt::print("  {:<15} {:>8} {:>7} {:>10} {:>9} {:>10} {:>8} {:>8} {:>9} {:>8}\n",
               "cost's growth", "profiles", "grid s", "resting", "pools", "messages/s", "p50 us",
               "p99 us", "met, med.", "B/order");
    for (const auto& [name, scale] : growth_rows()) {
        const RichRun run = run_rich(scale, make_book, true);
        const auto met = values_of(run, RichKind::kBid, &RichSample::offers_met);
        const auto ns = all_ns(run);
        fmt::print("  {:<15} {:>8} {:>7} {:>10} {:>9} {:>10.0f} {:>8.2f} {:>8.2f} {:>9} {:>8.0f}\n",
                   name, scale.profiles, scale.grid_s, scale.resting, scale.pools,
                   scale.messages / run.seconds, microseconds(median(ns)),
                   microseconds(quantile(ns, 0.99)), median(met), run.bytes_an_order);
        std::fflush(stdout);
    }
    fmt::print("  Each message timed. A finer grid makes as many times more distinct windows.\n\n");
}

}  // namespace

bool report_rich(const MakeRichBook& make_book, std::size_t rounds, bool growth) {
    const RichScale scale;
    print_market(scale);
    const RichRun timed = run_rich(scale, make_book, true);
    bool good = print_shape(timed, offers_before_bids(scale, make_book));
    good = trades_as_ever(make_book) && good;
    std::vector<double> speeds;
    for (std::size_t round = 0; round < rounds; ++round) {
        const RichRun run = run_rich(scale, make_book, false);
        speeds.push_back(scale.messages / run.seconds);
        if (run.totals == timed.totals) continue;
        good = false;
        print_totals("NOT DETERMINISTIC: another run", run.totals);
    }
    fmt::print("  {:.0f} messages/s, median of {} ({:.0f} to {:.0f}); aim {:.0f}: {}\n",
               median(speeds), rounds, quantile(speeds, 0), quantile(speeds, 1), kAimMessages,
               verdict(median(speeds) >= kAimMessages));
    fmt::print("  {:.0f} bytes a resting order, aim under {:.0f}: {}; {:.0f} bytes a pool\n\n",
               timed.bytes_an_order, kAimBytesAnOrder,
               verdict(timed.bytes_an_order < kAimBytesAnOrder), timed.bytes_a_pool);
    print_latency(timed);
    if (growth) print_growth(make_book);
    return good;
}

}  // namespace suanpan::bench
