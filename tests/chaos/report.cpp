#include "tests/chaos/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace suanpan::chaos {
namespace {

struct Times {
    std::vector<std::int64_t> back_us;
    int count = 0;
    int missed = 0;
};

std::string seconds(std::int64_t us) {
    return fmt::format("{:.2f}", static_cast<double>(us) / 1e6);
}

void print_faults(const RunReport& report) {
    std::map<FaultKind, Times> kinds;
    for (const Struck& struck : report.faults) {
        Times& times = kinds[struck.fault.kind];
        ++times.count;
        if (struck.missed) ++times.missed;
        if (struck.back_us) times.back_us.push_back(*struck.back_us);
    }
    std::cout << fmt::format("  {:<16}{:>6}{:>12}{:>10}\n", "fault", "times", "median s",
                             "worst s");
    for (auto& [kind, times] : kinds) {
        std::ranges::sort(times.back_us);
        const bool any = !times.back_us.empty();
        std::cout << fmt::format(
            "  {:<16}{:>6}{:>12}{:>10}{}\n", to_string(kind), times.count,
            any ? seconds(times.back_us[times.back_us.size() / 2]) : "-",
            any ? seconds(times.back_us.back()) : "-",
            times.missed > 0 ? fmt::format("  ({} not reached)", times.missed) : "");
    }
}

void print_take_overs(const RunReport& report) {
    std::string out;
    for (const Struck& struck : report.faults) {
        if (struck.took_over && struck.back_us)
            out += (out.empty() ? "" : ", ") + seconds(*struck.back_us);
    }
    std::cout << "Take-overs, until the first answer, in seconds: " << (out.empty() ? "none" : out)
              << '\n';
}

// How many of each check, and the first.
void print_violations(const RunReport& report) {
    std::map<std::string, std::vector<const Violation*>> checks;
    for (const Violation& violation : report.violations)
        checks[violation.check].push_back(&violation);
    for (const auto& [check, found] : checks) {
        std::cout << fmt::format("  {} ({}): {}\n", check, found.size(),
                                 found.front()->text.substr(0, kShownText));
    }
}

}  // namespace

void print_report(const RunOptions& options, const RunReport& report) {
    if (options.soak) {
        print_held(report.held);
    } else {
        std::cout
            << "\nFaults, and how long until a request that was sent after one was answered\n";
        print_faults(report);
        print_take_overs(report);
    }
    std::cout << fmt::format(
        "\nRequests {} (sent {} times): {} acknowledged, {} refused, {} never known; {} asked "
        "again\nAnswers compared with a replay of the log: {}\nLog: {} entries, {} trades, {} "
        "readings, {} settled windows, {} checkpoints seen\nViolations: {}\n",
        report.counts.acknowledged + report.counts.refused + report.counts.unknown,
        report.counts.attempts, report.counts.acknowledged, report.counts.refused,
        report.counts.unknown, report.counts.repeated, report.compared, report.entries,
        report.traded, report.readings, report.lines, report.checkpoints, report.violations.size());
    print_violations(report);
    std::cout << "Seed " << options.seed << std::endl;
}

}  // namespace suanpan::chaos
