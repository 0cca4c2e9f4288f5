#pragma once

// What is broken, and in which order: drawn from the seed before anything runs, so that a seed
// names a plan. When within a request a fault comes is up to the machine.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::chaos {

enum class FaultKind : std::uint8_t {
    kKillLeader,     // SIGKILL; the standby takes over
    kKillBoth,       // nobody is left; both start again
    kDieAtPoint,     // the server ends itself at a named point of a commit, of publishing, of a run
    kPostgresCrash,  // stop -m immediate
    kPostgresKill,   // SIGKILL of all of it
    kCutConnections,  // at a random byte, either way: outcome unknown
    kTerminate,       // PostgreSQL ends the server's sessions
    kStall,           // the network stands still
    kPause,           // SIGSTOP and SIGCONT
    kDepose,          // SIGSTOP, the lock lost meanwhile, the standby leads, SIGCONT
    kWitnessDead,
    kWitnessLies,
    kDiskFull,
    kSlowDisk,
    kClockBack,
    kClockForward
};
inline constexpr std::size_t kFaultKinds = 16;
std::string_view to_string(FaultKind kind);

struct Fault {
    FaultKind kind = FaultKind::kKillLeader;
    std::int64_t pause_ms = 0;  // before it
    std::int64_t amount = 0;    // bytes, milliseconds, or how often a point is passed
    bool other_way = false;     // of two: towards the server, the other witness
    std::string point;          // kDieAtPoint
};

/// Every kind comes once before one comes twice. `only`, if any: of these alone.
std::vector<Fault> plan_faults(std::uint64_t seed, std::size_t count,
                               const std::vector<std::string>& only);
std::string describe(const Fault& fault);

}  // namespace suanpan::chaos
