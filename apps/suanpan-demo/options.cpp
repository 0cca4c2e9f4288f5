#include "apps/suanpan-demo/options.hpp"

#include "apps/suanpan-demo/day.hpp"
#include "apps/suanpan-demo/load.hpp"
#include "apps/suanpan-demo/party.hpp"
#include "apps/suanpan-demo/trace.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <signal.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

namespace suanpan::demo {
namespace {

struct Options {
    std::string trace;
    std::int64_t load = 0;
    bool keep = false;
    bool small = false;
    std::string party;
};

void declare(CLI::App& app, Options& options) {
    auto* trace = app.add_option("--trace", options.trace,
                                 "replay the production trace of this folder instead of the day");
    app.add_option("--load", options.load, "so many clients place orders at once; prints the rate")
        ->excludes(trace)
        ->check(CLI::Range(1, 1'000));
    app.add_flag("--keep", options.keep, "leave the server running and say how to reach it");
    app.add_flag("--small", options.small, "a short day with few orders");
    CLI::App* party = app.add_subcommand("party", "");
    party->group("");  // for itself only: one party's process
    party->add_option("kind", options.party)->required();
    app.footer("SUANPAN_PG names a private PostgreSQL, SUANPAN_BIN the programs; ./run sets both.");
}

int play(const Options& options) {
    if (!options.party.empty()) return run_party(options.party);
    Settings settings = read_settings();
    settings.keep = options.keep;
    settings.small = options.small;
    if (!options.trace.empty()) return replay_trace(settings, options.trace);
    if (options.load > 0) return measure_load(settings, options.load);
    return play_day(settings);
}

}  // namespace

int run(int argc, const char* const* argv) {
    CLI::App app("Plays one market day of Suanpan, or a production trace, and audits it",
                 "suanpan-demo");
    Options options;
    declare(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    // A party whose play has ended is told by the failed write, not by a signal.
    ::signal(SIGPIPE, SIG_IGN);
    try {
        return play(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "\nsuanpan-demo: {}\n", error.what());
        return 1;
    }
}

}  // namespace suanpan::demo
