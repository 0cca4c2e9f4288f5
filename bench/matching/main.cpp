// ./run bench matching: the matching engine alone, on one core, beside what it is compared with.
// Exit status 1 when a book does not trade exactly as it must.

#include "bench/matching/contestants.hpp"
#include "bench/matching/plain_report.hpp"
#include "bench/matching/rich_report.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

namespace suanpan::bench {
namespace {

constexpr std::array kContestants{
    Contestant{"engine", "Suanpan's engine with all of its rules on", run_engine},
    Contestant{"engine, ahead", "the same, told some messages early which order a cancel means",
               run_engine_ahead},
    Contestant{"std::map", "std::map<price, std::list<order>>, the straightforward book",
               run_map_book, Role::kReference},
    Contestant{"flat array", "prices as array indices, none of the exchange's rules",
               run_flat_book},
    Contestant{"floor", "reads each message, writes the cache line of its order", run_floor,
               Role::kFloor},
};

constexpr std::size_t kRounds = 7;
constexpr const char* kUsage =
    "Usage: suanpan-bench-matching [--rounds N]\n"
    "  --rounds N   how often each book runs, in turn (1 to 1000, default 7)\n";

std::optional<std::size_t> parse_rounds(std::string_view text) {
    std::size_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (out < 1 || out > 1'000) return std::nullopt;
    return out;
}

}  // namespace
}  // namespace suanpan::bench

int main(int count, char** arguments) {
    using namespace suanpan::bench;
    std::size_t rounds = kRounds;
    if (count == 2 && std::strcmp(arguments[1], "--help") == 0) {
        std::fputs(kUsage, stdout);
        return 0;
    }
    if (count == 3 && std::strcmp(arguments[1], "--rounds") == 0) {
        rounds = parse_rounds(arguments[2]).value_or(0);
    } else if (count != 1) {
        rounds = 0;
    }
    if (rounds == 0) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    const bool plain = report_plain(kContestants, rounds);
    const bool rich = report_rich(make_engine_book, rounds);
    return plain && rich ? 0 : 1;
}
