#pragma once

// What lots are and what bids ask for, in the rich workload. Both depend on the random source only.

#include "base/units.hpp"
#include "bench/matching/xorshift.hpp"
#include "matching/profile.hpp"

#include <cstdint>
#include <vector>

namespace suanpan::bench {

struct RichProfile {
    matching::Profile profile;
    Rate rate;              // of a lot in AI-FP16: peak dense × 0.45, the nominal rate of market §2
    std::uint32_t hub = 0;  // 0 to kHubs − 1
};

struct RichRequirement {
    matching::Requirement requirement;
    // Of the profiles that satisfy it: their share, and the lot of the slowest device among them,
    // which is what a buyer who looks at the market reckons with.
    double selectivity = 0;
    Rate least_rate;
};

inline constexpr std::uint32_t kHubs = 10;
inline constexpr double kLeastSelectivity = 0.02;
inline constexpr double kMostSelectivity = 0.60;

// Distinct profiles, the hubs in turn.
std::vector<RichProfile> make_profiles(std::uint32_t count, Xorshift& random);
// Distinct requirements, each satisfied by 2 to 60 of 100 profiles: one to four things that some
// profile has. REQUIRES at least 100 profiles.
std::vector<RichRequirement> make_requirements(std::uint32_t count,
                                               const std::vector<RichProfile>& profiles,
                                               Xorshift& random);

}  // namespace suanpan::bench
