// ./run chaos: breaks a market while it trades, and compares what it told with what it did.

#include "support/child_process.hpp"
#include "tests/chaos/plants.hpp"
#include "tests/chaos/run.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <random>

namespace suanpan::chaos {
namespace {

int go(RunOptions& options, bool planted) {
    const char* postgres = std::getenv("SUANPAN_CHAOS_PG");
    if (postgres == nullptr) {
        std::cerr << "SUANPAN_CHAOS_PG must name the folder of a private PostgreSQL: use ./run "
                     "chaos\n";
        return 2;
    }
    options.postgres = postgres;
    options.preload = support::program_path("libunkind-world.so");
    if (options.server.empty()) options.server = support::program_path("suanpand");
    if (options.seed == 0) options.seed = std::random_device()();
    if (planted) {
        std::cout << "Faults of the server, planted one at a time; seed " << options.seed
                  << std::endl;
        return break_server(options) ? 0 : 1;
    }
    std::cout << (options.soak ? "A quiet market for " : "Chaos for ") << options.seconds
              << " s, seed " << options.seed << std::endl;
    const RunReport report = run_chaos(options);
    print_report(options, report);
    return report.violations.empty() ? 0 : 1;
}

}  // namespace
}  // namespace suanpan::chaos

int main(int argc, char** argv) {
    suanpan::chaos::RunOptions options;
    options.seed = 0;
    CLI::App app("Trades on a market, breaks it, and checks that nothing was lost or doubled");
    app.add_option("--seconds", options.seconds, "How long things are broken")
        ->check(CLI::PositiveNumber);
    app.add_option_function<std::int64_t>(
        "--minutes", [&options](std::int64_t minutes) { options.seconds = minutes * 60; },
        "The same in minutes");
    app.add_option("--seed", options.seed, "Names the plan of faults and requests");
    app.add_option("--only", options.only, "These kinds of faults, or planted ones")
        ->delimiter(',');
    bool planted = false;
    app.add_flag("--break", planted, "Plant faults in the server: each must be caught");
    app.add_flag("--soak", options.soak,
                 "Break nothing: look at memory, descriptors, connections and tables");
    app.add_option("--server", options.server, "The suanpand to break");
    CLI11_PARSE(app, argc, argv);
    try {
        return suanpan::chaos::go(options, planted);
    } catch (const std::exception& problem) {
        std::cerr << "chaos: " << problem.what() << '\n';
        return 2;
    }
}
