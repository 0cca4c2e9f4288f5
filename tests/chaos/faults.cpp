#include "tests/chaos/faults.hpp"

#include "apps/suanpan-demo/dice.hpp"
#include "services/publishing/publisher.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace suanpan::chaos {
namespace {

constexpr std::array<std::string_view, kFaultKinds> kWords = {
    "kill_leader", "kill_both", "die_at_point", "postgres_crash", "postgres_kill", "cut",
    "terminate",   "stall",     "pause",        "depose",         "witness_dead",  "witness_lies",
    "disk_full",   "slow_disk", "clock_back",   "clock_forward"};

// Of a commit, of a settlement run, and of publishing.
constexpr auto kPoints = [] {
    constexpr std::array<std::string_view, 6> kOthers = {
        "applied", "begun", "written", "committed", "settlement_applied", "settlement_committed"};
    std::array<std::string_view, kOthers.size() + services::kPublisherSteps.size()> out{};
    std::ranges::copy(services::kPublisherSteps, std::ranges::copy(kOthers, out.begin()).out);
    return out;
}();

FaultKind kind_of(const std::string& word) {
    const auto found = std::ranges::find(kWords, word);
    if (found == kWords.end()) throw std::runtime_error("no fault '" + word + "'");
    return static_cast<FaultKind>(found - kWords.begin());
}

std::vector<FaultKind> deck(const std::vector<std::string>& only) {
    std::vector<FaultKind> out;
    for (const std::string& word : only)
        out.push_back(kind_of(word));
    if (!out.empty()) return out;
    for (std::size_t i = 0; i < kFaultKinds; ++i)
        out.push_back(static_cast<FaultKind>(i));
    // The ones that lose the most come more often.
    out.push_back(FaultKind::kDieAtPoint);
    out.push_back(FaultKind::kDieAtPoint);
    out.push_back(FaultKind::kCutConnections);
    out.push_back(FaultKind::kCutConnections);
    return out;
}

void shuffle(std::vector<FaultKind>& kinds, demo::Dice& dice) {
    for (std::size_t i = kinds.size(); i > 1; --i)
        std::swap(kinds[i - 1],
                  kinds[static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(i)))]);
}

std::int64_t draw_amount(FaultKind kind, const std::string& point, demo::Dice& dice) {
    switch (kind) {
        case FaultKind::kDieAtPoint:
            return point.starts_with("settlement") ? 1 : dice.between(1, 12);
        case FaultKind::kCutConnections: return dice.between(1, 60'000);
        case FaultKind::kStall:
        case FaultKind::kPause: return dice.between(300, 1'800);
        case FaultKind::kDepose: return dice.between(600, 1'500);
        case FaultKind::kWitnessDead:
        case FaultKind::kWitnessLies:
        case FaultKind::kDiskFull:
        case FaultKind::kSlowDisk: return dice.between(800, 2'500);
        case FaultKind::kClockBack: return dice.between(1, 1'200);
        case FaultKind::kClockForward: return dice.between(60, 1'800);
        default: return 0;
    }
}

}  // namespace

std::string_view to_string(FaultKind kind) {
    return kWords.at(static_cast<std::size_t>(kind));
}

std::vector<Fault> plan_faults(std::uint64_t seed, std::size_t count,
                               const std::vector<std::string>& only) {
    demo::Dice dice(seed);
    const std::vector<FaultKind> all = deck(only);
    std::vector<FaultKind> kinds;
    std::vector<Fault> plan;
    // Points in their order from a drawn one on, so that a run of some faults sees many of them.
    std::size_t point = static_cast<std::size_t>(dice.below(kPoints.size()));
    while (plan.size() < count) {
        if (kinds.empty()) {
            kinds = all;
            shuffle(kinds, dice);
        }
        Fault fault;
        fault.kind = kinds.back();
        kinds.pop_back();
        fault.pause_ms = dice.between(400, 1'600);
        fault.other_way = dice.chance(500);
        if (fault.kind == FaultKind::kDieAtPoint)
            fault.point = kPoints.at((point += 4) % kPoints.size());
        fault.amount = draw_amount(fault.kind, fault.point, dice);
        plan.push_back(fault);
    }
    return plan;
}

std::string describe(const Fault& fault) {
    std::string out(to_string(fault.kind));
    if (!fault.point.empty()) out += ' ' + fault.point;
    if (fault.amount != 0) out += ' ' + std::to_string(fault.amount);
    return out;
}

}  // namespace suanpan::chaos
