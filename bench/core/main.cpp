// The core with PostgreSQL beside it, fsync on: durable orders a second through the queue, without
// HTTP, against the same rows written by a PL/pgSQL function and by COPY; latency; start-up.
//
//   suanpan-bench-core [orders | latency | start] [--rounds N] [--seconds S] [--pace
//   ORDERS_A_SECOND]
//                      [--open-orders N] [--pools N]

#include "bench/common/folder.hpp"
#include "bench/core/rivals.hpp"
#include "bench/core/start.hpp"
#include "bench/core/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::bench {
namespace {

struct Options {
    bool orders = true;
    bool latency = true;
    bool start = true;
    int rounds = 3;
    double seconds = 5;
    double pace = 0;  // of the latency; 0: a tenth of what the queue does
    std::int64_t open_orders = 1'000'000;
    std::int64_t pools = 100'000;
};

// Under way at once and each: what one caller waits for, and what a full queue gives.
constexpr int kOneEach = 1;
constexpr int kDeep = 32;

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void print_load(std::string_view name, const LoadResult& load) {
    fmt::print("  {:<34}{:>9.0f}/s   batch {:>6.1f}   p50 {:>7.2f} ms   p99 {:>7.2f} ms\n", name,
               load.rate(), load.mean_batch(), load.percentile(50), load.percentile(99));
}

struct Rates {
    std::vector<double> deep;
    std::vector<double> one_each;
    std::vector<double> function;
    std::vector<double> copy;
};

void run_round(const Options& options, const Folder& folder, Rates& rates) {
    const BenchDatabase ours("suanpan_bench_ours");
    {
        World world(ours);
        const LoadResult one_each = world.run(options.seconds, kOneEach);
        print_load("ours, 64 orders under way", one_each);
        rates.one_each.push_back(one_each.rate());
        const LoadResult deep = world.run(options.seconds, kDeep);
        print_load("ours, deep queue (64 × 32)", deep);
        rates.deep.push_back(deep.rate());
    }
    const Written written = measure_written(ours);
    const auto per_order = [&](std::int64_t what) {
        return static_cast<double>(what) / static_cast<double>(written.orders);
    };
    fmt::print("  an order is {:.2f} rows, {:.0f} bytes ({:.0f} with indexes)\n",
               per_order(written.rows), per_order(written.row_bytes),
               per_order(written.table_bytes));
    {
        const BenchDatabase target("suanpan_bench_copy");
        rates.copy.push_back(run_copy(ours, target, folder.path().string()).rate());
        fmt::print("  {:<34}{:>9.0f}/s\n", "psql \\copy of the same rows", rates.copy.back());
    }
    const BenchDatabase target("suanpan_bench_function");
    rates.function.push_back(run_function(ours, target, options.seconds).rate());
    fmt::print("  {:<34}{:>9.0f}/s\n", "PL/pgSQL, one an order, 64 clients", rates.function.back());
}

// One order against one empty commit.
struct Pace {
    std::vector<double> p50_ratios;
    std::vector<double> p99_ratios;
};

void print_ratios(std::string_view name, const std::vector<double>& ratios) {
    const auto [least, most] = std::ranges::minmax(ratios);
    fmt::print("  {:<34}{:>6.2f} × an empty commit   ({:.2f} to {:.2f})\n", name, median(ratios),
               least, most);
}

// Both at the same pace: what a sleeping processor costs, both pay.
void run_pace(const BenchDatabase& database, World& world, double rate, Pace& pace) {
    const LoadResult empty = empty_commits(database, 2, rate);
    const LoadResult load = world.run_paced(2, rate);
    print_load("an empty commit", empty);
    print_load("an order", load);
    pace.p50_ratios.push_back(load.percentile(50) / empty.percentile(50));
    pace.p99_ratios.push_back(load.percentile(99) / empty.percentile(99));
}

void run_paces(const Options& options, const BenchDatabase& database, World& world, double rate) {
    fmt::print("At {:.0f} orders a second\n", rate);
    Pace pace;
    for (int round = 1; round <= options.rounds; ++round)
        run_pace(database, world, rate, pace);
    print_ratios("p50 of an order", pace.p50_ratios);
    print_ratios("p99 of an order", pace.p99_ratios);
}

void run_latency(const Options& options) {
    const BenchDatabase database("suanpan_bench_ours");
    World world(database);
    const double full = world.run(options.seconds, kDeep).rate();
    fmt::print("\nLatency of one order (goal: at 10 % of the load under 3 × an empty commit)\n");
    run_paces(options, database, world, options.pace > 0 ? options.pace : full / 10);
    fmt::print("Idle: ");
    run_paces(options, database, world, 50);
}

void run_orders(const Options& options) {
    const Folder folder("suanpan-bench-core");
    Rates rates;
    for (int round = 1; round <= options.rounds; ++round) {
        fmt::print("Round {} of {}\n", round, options.rounds);
        run_round(options, folder, rates);
    }
    const double deep = median(rates.deep);
    fmt::print(
        "\nMedians: ours {:.0f}/s deep, {:.0f}/s with 64 under way; function {:.0f}/s; "
        "copy {:.0f}/s\n",
        deep, median(rates.one_each), median(rates.function), median(rates.copy));
    fmt::print("  {:.2f} × the function (goal at least 8); {:.2f} of copy (goal at least 0.35)\n",
               deep / median(rates.function), deep / median(rates.copy));
}

Options read_options(int argc, char** argv) {
    Options options;
    const std::vector<std::string> words(argv + 1, argv + argc);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto value = [&] {
            if (i + 1 == words.size()) throw std::runtime_error(words[i] + " needs a value");
            return words[++i];
        };
        if (words[i] == "orders")
            options.latency = options.start = false;
        else if (words[i] == "latency")
            options.orders = options.start = false;
        else if (words[i] == "start")
            options.orders = options.latency = false;
        else if (words[i] == "--rounds")
            options.rounds = std::stoi(value());
        else if (words[i] == "--seconds")
            options.seconds = std::stod(value());
        else if (words[i] == "--pace")
            options.pace = std::stod(value());
        else if (words[i] == "--open-orders")
            options.open_orders = std::stoll(value());
        else if (words[i] == "--pools")
            options.pools = std::stoll(value());
        else
            throw std::runtime_error("unknown word '" + words[i] +
                                     "': [orders | latency | start] [--rounds N]"
                                     " [--seconds S] [--pace N] [--open-orders N] [--pools N]");
    }
    return options;
}

}  // namespace
}  // namespace suanpan::bench

int main(int argc, char** argv) {
    try {
        const auto options = suanpan::bench::read_options(argc, argv);
        if (options.orders) suanpan::bench::run_orders(options);
        if (options.latency) suanpan::bench::run_latency(options);
        if (options.start) suanpan::bench::run_start(options.open_orders, options.pools);
        return 0;
    } catch (const std::exception& problem) {
        fmt::print(stderr, "suanpan-bench-core: {}\n", problem.what());
        return 1;
    }
}
