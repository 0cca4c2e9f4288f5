// The API as those who trade meet it, with PostgreSQL and the load beside it, fsync on: durable
// orders over HTTP against a PL/pgSQL function that writes the same rows, reads of the book against
// a server on Beast that does nothing else, latency against an empty commit, and memory over very
// many requests.

#include "bench/api/bare_server.hpp"
#include "bench/api/processor_watch.hpp"
#include "bench/api/trading.hpp"
#include "bench/common/folder.hpp"
#include "bench/core/rivals.hpp"
#include "bench/ledger/measure.hpp"
#include "bench/matching/median.hpp"
#include "bench/settlement/server.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::bench {
namespace {

constexpr int kConnections = 64;
constexpr int kBatchConnections = 16;
constexpr std::size_t kBatch = 100;
constexpr const char* kLogLevel = "info";  // suanpand's default: a line a request
constexpr double kOrdersMeanwhile = 200;   // a second, while the book is read
constexpr double kCommitsMeanwhile = 100;  // a second, beside the orders at half load
constexpr std::chrono::seconds kRest{1};   // of the machine, before those orders
constexpr const char* kBook = "/v1/books?market=AI-FP16/CNY";

struct Options {
    int rounds = 3;
    double seconds = 6;
    std::int64_t requests = 1'000'000;
    bool only_memory = false;
    bool no_memory = false;
};

struct Measured {
    std::vector<double> single;
    std::vector<double> batched;
    std::vector<double> function;
    std::vector<double> p99_to_commit;
    std::vector<double> p99_to_p99;
    std::vector<double> slow_percent;
    std::vector<double> slow_at_rest;
    std::vector<double> depth;
    std::vector<double> busy_depth;
    std::vector<double> bare;
};

std::vector<Pair> found(const BenchDatabase& database) {
    const Founding founding(database, services::SystemClock().now(), kConnections);
    return founding.pairs();
}

LoadPlan plan_of(const Server& server, double seconds) {
    LoadPlan plan;
    plan.port = server.port();
    plan.connections = kConnections;
    plan.seconds = seconds;
    return plan;
}

void print_load(std::string_view name, const LoadTimes& load, double of_each = 1) {
    fmt::print(
        "  {:<40}{:>9.0f}/s   p50 {:>7.2f} ms   p99 {:>7.2f} ms   the load used {:>3.0f} %\n", name,
        load.rate() * of_each, load.percentile(50), load.percentile(99), load.load_share() * 100);
}

// At half the load that 64 connections give, each order at its time, each commit at the same pace.
void run_latency(const Options& options, const BenchDatabase& database, const Server& server,
                 const std::vector<Pair>& pairs, double rate, Measured& out) {
    const double commit = median(empty_commits(database, options.seconds / 2, rate).latencies_ms);
    ProcessorWatch at_rest;
    std::this_thread::sleep_for(kRest);
    const double slow_at_rest = at_rest.slow_percent();
    SingleOrders orders(pairs, 2, "paced");
    LoadPlan plan = plan_of(server, options.seconds);
    plan.rate = rate;
    auto beside = std::async(std::launch::async, [&] {
        return commits_beside(database, options.seconds, kCommitsMeanwhile).latencies_ms;
    });
    ProcessorWatch watch;
    const LoadTimes load = run_load(plan, orders);
    const double slow = watch.slow_percent();
    const std::vector<double> commits = beside.get();
    const double p99 = quantile(load.latencies_ms, 0.99);
    const double commit_p99 = quantile(commits, 0.99);
    print_load(fmt::format("orders at {:.0f}/s", rate), load);
    fmt::print("  {:<40}{:>9}     p50 {:>7.2f} ms\n", "an empty commit", "", commit);
    fmt::print("  {:<40}{:>9}/s   p50 {:>7.2f} ms   p99 {:>7.2f} ms\n",
               "empty commits beside those orders", kCommitsMeanwhile, median(commits), commit_p99);
    fmt::print("  {:<40}{:>9.1f} % beside those orders, {:.1f} % at rest\n",
               "moments below half the processor's speed", slow, slow_at_rest);
    out.p99_to_commit.push_back(p99 / commit);
    out.p99_to_p99.push_back(p99 / commit_p99);
    out.slow_percent.push_back(slow);
    out.slow_at_rest.push_back(slow_at_rest);
}

void run_depth(const Options& options, const Server& server, const std::vector<Pair>& pairs,
               Measured& out) {
    Reads reads(pairs, kBook);
    const LoadTimes depth = run_load(plan_of(server, options.seconds / 2), reads);
    print_load(fmt::format("GET of the book, {} bytes", reads.body_size()), depth);
    out.depth.push_back(depth.rate());
    const BareServer bare(reads.body_size());
    LoadPlan plan = plan_of(server, options.seconds / 2);
    plan.port = bare.port();
    const LoadTimes constant = run_load(plan, reads);
    print_load("a constant of that size, Beast alone", constant);
    out.bare.push_back(constant.rate());
}

// Each order changes the book, which is then read anew.
void run_busy_depth(const Options& options, const Server& server, const std::vector<Pair>& pairs,
                    Measured& out) {
    std::exception_ptr failed;
    std::jthread orders([&] {
        try {
            SingleOrders meanwhile(pairs, 4, "meanwhile");
            LoadPlan plan = plan_of(server, options.seconds / 2);
            plan.rate = kOrdersMeanwhile;
            run_load(plan, meanwhile);
        } catch (...) {
            failed = std::current_exception();
        }
    });
    Reads reads(pairs, kBook);
    const LoadTimes depth = run_load(plan_of(server, options.seconds / 2), reads);
    orders.join();
    if (failed) std::rethrow_exception(failed);
    print_load(fmt::format("the same while {} orders/s come", kOrdersMeanwhile), depth);
    out.busy_depth.push_back(depth.rate());
}

void run_round(const Options& options, const Folder& folder, Measured& out) {
    const BenchDatabase ours("suanpan_bench_api");
    const std::vector<Pair> pairs = found(ours);
    ours.execute("CHECKPOINT");
    {
        const Server server(ours.conninfo(), folder.fresh("server"), kLogLevel);
        SingleOrders orders(pairs, 1, "single");
        const LoadTimes single = run_load(plan_of(server, options.seconds), orders);
        print_load("POST /v1/orders, 64 connections", single);
        out.single.push_back(single.rate());
        run_depth(options, server, pairs, out);
        run_busy_depth(options, server, pairs, out);
        run_latency(options, ours, server, pairs, single.rate() / 2, out);
    }
    {
        const BenchDatabase target("suanpan_bench_function");
        target.execute("CHECKPOINT");
        const RivalResult function = run_function(ours, target, options.seconds);
        fmt::print("  {:<40}{:>9.0f}/s\n", "PL/pgSQL, one an order, 64 clients", function.rate());
        out.function.push_back(function.rate());
    }
    const BenchDatabase batched("suanpan_bench_batched");
    const std::vector<Pair> others = found(batched);
    batched.execute("CHECKPOINT");
    const Server server(batched.conninfo(), folder.fresh("server"), kLogLevel);
    BatchedOrders orders(others, 3, kBatch);
    LoadPlan plan = plan_of(server, options.seconds);
    plan.connections = kBatchConnections;
    const LoadTimes load = run_load(plan, orders);
    print_load("orders:batch of 100, 16 connections", load, static_cast<double>(kBatch));
    out.batched.push_back(load.rate() * static_cast<double>(kBatch));
}

// What is kept for ever grows with the orders (their keys): one request in fifty is one.
void run_memory(const Options& options, const Folder& folder, Report& report) {
    constexpr std::int64_t kParts = 10;
    constexpr std::int64_t kEvery = 50;
    const BenchDatabase database("suanpan_bench_memory");
    const std::vector<Pair> pairs = found(database);
    const Server server(database.conninfo(), folder.fresh("server"), kLogLevel);
    MixedRequests requests(pairs, kEvery);
    LoadPlan plan = plan_of(server, 1'000'000);
    plan.requests = options.requests / kParts;
    fmt::print("\nMemory over {} requests: reads of the book, orders placed and cancelled\n",
               options.requests);
    std::vector<std::int64_t> mib;
    for (std::int64_t part = 1; part <= kParts; ++part) {
        const LoadTimes load = run_load(plan, requests);
        mib.push_back(resident_mib(std::to_string(server.process())));
        fmt::print("  {:>9} requests: {:>5} MiB   ({:.0f}/s)\n", part * plan.requests, mib.back(),
                   load.rate());
    }
    report.tell(fmt::format("memory of suanpand after {} and {} requests", plan.requests,
                            kParts * plan.requests),
                fmt::format("{} and {} MiB", mib.front(), mib.back()));
}

void add_ratio(Report& report, const std::string& what, const std::vector<double>& ours,
               const std::vector<double>& theirs, double goal) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < ours.size(); ++i)
        ratios.push_back(ours[i] / theirs[i]);
    const double ratio = median(ratios);
    report.add(what, fmt::format("{:.2f}", ratio), fmt::format(">= {}", goal), ratio >= goal);
}

void run_rounds(const Options& options, const Folder& folder, Report& report) {
    Measured measured;
    for (int round = 1; round <= options.rounds; ++round) {
        fmt::print("Round {} of {}\n", round, options.rounds);
        run_round(options, folder, measured);
    }
    report.tell("orders/s over 64 connections", fmt::format("{:.0f}", median(measured.single)));
    report.tell("orders/s in batches of 100", fmt::format("{:.0f}", median(measured.batched)));
    add_ratio(report, "single orders / the function, an order a transaction", measured.single,
              measured.function, 3);
    add_ratio(report, "orders in batches of 100 / the same function", measured.batched,
              measured.function, 6);
    add_ratio(report, "GET of a book at rest / Beast alone", measured.depth, measured.bare, 0.4);
    add_ratio(report, "GET of a book that changes / Beast alone", measured.busy_depth,
              measured.bare, 0.4);
    const double p99 = median(measured.p99_to_commit);
    report.add("p99 of an order at half load / p50 of an empty commit", fmt::format("{:.1f}", p99),
               "< 20", p99 < 20);
    report.tell("p99 of an order there / p99 of an empty commit beside it",
                fmt::format("{:.1f}", median(measured.p99_to_p99)));
    report.tell("moments below half the processor's speed, there and at rest",
                fmt::format("{:.1f} and {:.1f} %", median(measured.slow_percent),
                            median(measured.slow_at_rest)));
}

bool run(const Options& options) {
    const Folder folder("suanpan-bench-api");
    Report report;
    if (!options.only_memory) run_rounds(options, folder, report);
    if (!options.no_memory) run_memory(options, folder, report);
    return report.print();
}

}  // namespace
}  // namespace suanpan::bench

int main(int argc, char** argv) {
    suanpan::bench::Options options;
    CLI::App app("The API with PostgreSQL and its load beside it");
    app.add_option("--rounds", options.rounds, "How often all of it runs")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--seconds", options.seconds, "Of each load")
        ->check(CLI::Range(1, 600))
        ->capture_default_str();
    app.add_option("--requests", options.requests, "Over which memory is looked at")
        ->check(CLI::Range(1'000, 100'000'000))
        ->capture_default_str();
    app.add_flag("--only-memory", options.only_memory, "Nothing but the memory");
    app.add_flag("--no-memory", options.no_memory, "All but the memory");
    CLI11_PARSE(app, argc, argv);
    try {
        return suanpan::bench::run(options) ? 0 : 1;
    } catch (const std::exception& problem) {
        fmt::print(stderr, "suanpan-bench-api: {}\n", problem.what());
        return 1;
    }
}
