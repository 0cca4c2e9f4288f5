#include "tests/chaos/plants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iostream>

namespace suanpan::chaos {

std::span<const Plant> plants() {
    static const std::vector<Plant> kPlants = {
        {"skip_hold_release", "an ended order keeps its hold", {"clock_forward"}},
        {"double_apply", "an Idempotency-Key is not looked up", {"terminate", "pause"}},
        {"answer_before_commit",
         "clients are answered before the commit",
         {"postgres_kill", "cut", "kill_both"}},
        {"assume_committed", "an unknown commit counts as done", {"cut", "terminate"}},
        {"drop_fencing", "what the database refuses counts as written", {"depose"}},
        {"forget_readings", "readings are not stored", {"kill_leader"}},
        {"clock_trusted", "log time follows a clock that was set back", {"clock_back"}},
        {"oversell", "a trade takes nothing from the calendar", {"clock_forward"}},
        {"taker_price", "trades are at the taker's price", {"kill_leader"}},
        {"bill_unread", "all that was contracted is billed", {"clock_forward"}},
        {"skip_witnesses", "too few witnesses are enough", {"witness_dead", "witness_lies"}},
        {"publish_other_bytes", "what is published is not what was written", {"kill_leader"}},
    };
    return kPlants;
}

namespace {

// The check that caught it; empty: none.
std::string caught_by(const RunOptions& options) {
    try {
        const RunReport report = run_chaos(options);
        return report.violations.empty() ? "" : report.violations.front().check;
    } catch (const std::exception& problem) {
        const std::string what = problem.what();
        return "the server does not run: " + what.substr(0, what.find('\n')).substr(0, 60);
    }
}

}  // namespace

bool break_server(RunOptions options) {
    options.quiet = true;
    options.until_caught = true;
    const auto only = options.only;
    std::size_t missed = 0;
    std::size_t planted = 0;
    std::cout << fmt::format("  {:<22}{:<46}{}\n", "planted", "what it does", "caught by");
    for (const Plant& plant : plants()) {
        if (!only.empty() && std::ranges::find(only, plant.name) == only.end()) continue;
        options.only = plant.faults;
        options.environment = {{"SUANPAN_PLANT", std::string(plant.name)}};
        const std::string caught = caught_by(options);
        ++planted;
        if (caught.empty()) ++missed;
        std::cout << fmt::format("  {:<22}{:<46}{}\n", plant.name, plant.what,
                                 caught.empty() ? "NOTHING" : caught)
                  << std::flush;
    }
    std::cout << fmt::format("\n{} of {} planted faults were caught\n", planted - missed, planted);
    return missed == 0;
}

}  // namespace suanpan::chaos
