// ./run bench matching: the matching engine alone, on one core, beside what it is compared with.
// Exit status 1 when a book does not trade exactly as it must.

#include "bench/matching/contestants.hpp"
#include "bench/matching/plain_report.hpp"
#include "bench/matching/rich_report.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

namespace suanpan::bench {
namespace {

constexpr std::array kContestants{
    Contestant{"engine",
               "Suanpan's engine, all rules and holds on, told of its batch as the core tells it",
               run_engine},
    Contestant{"engine, bare", "the same without the accounts that buys' holds are kept on",
               run_engine_without_holds},
    Contestant{"engine, single", "with holds, but each message comes as a surprise",
               run_engine_one_by_one},
    Contestant{"std::map", "std::map<price, std::list<order>>, the straightforward book",
               run_map_book, Role::kReference},
    Contestant{"flat array", "prices as array indices, none of the exchange's rules",
               run_flat_book},
    Contestant{"floor", "reads each message, writes the cache line of its order", run_floor,
               Role::kFloor},
};

// The contestants whose name begins so.
std::vector<Contestant> named(const std::string& beginning) {
    std::vector<Contestant> out;
    std::ranges::copy_if(kContestants, std::back_inserter(out), [&](const Contestant& contestant) {
        return contestant.name.starts_with(beginning);
    });
    return out;
}

}  // namespace
}  // namespace suanpan::bench

int main(int count, char** arguments) {
    using namespace suanpan::bench;
    CLI::App app("The matching engine alone, on one core, beside what it is compared with",
                 "suanpan-bench-matching");
    std::size_t rounds = 7;
    std::string workload = "both";
    std::string contestant;
    app.add_option("--rounds", rounds, "How often each book runs, in turn")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
    app.add_option("--workload", workload, "Which one to run")
        ->check(CLI::IsMember({"plain", "rich", "both"}))
        ->capture_default_str();
    app.add_option("--only", contestant,
                   "Plain workload: only those whose name begins so, for a profiler");
    bool growth = true;
    app.add_flag("!--no-growth", growth, "Rich workload: without the table of larger scales");
    CLI11_PARSE(app, count, arguments);
    if (named(contestant).empty()) {
        std::fprintf(stderr, "no book's name begins with '%s'\n", contestant.c_str());
        return 2;
    }
    const bool plain = workload == "rich" || report_plain(named(contestant), rounds);
    const bool rich = workload == "plain" || report_rich(make_engine_book, rounds, growth);
    return plain && rich ? 0 : 1;
}
