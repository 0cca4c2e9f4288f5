#pragma once

// Distinct profiles and requirements get small numbers, and one bit for every pair says whether the
// profile satisfies the requirement; it is computed once, when either first appears (market §5).

#include "matching/profile.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace suanpan::matching {

using ProfileNumber = std::uint32_t;
using RequirementNumber = std::uint32_t;

class Eligibility {
 public:
    // Profiles live as long as the pools that have them: for ever.
    ProfileNumber add(const Profile& profile);
    // Requirements come and go with their orders: each acquire() is paired with one release().
    RequirementNumber acquire(const Requirement& requirement);
    void release(RequirementNumber number);

    [[nodiscard]] bool satisfied(ProfileNumber profile, RequirementNumber requirement) const {
        return bits_[requirement][profile];
    }

 private:
    std::map<Profile, ProfileNumber> profile_numbers_;
    std::vector<const Profile*> profiles_;  // keys of the map, which stay where they are
    std::map<Requirement, RequirementNumber> requirement_numbers_;
    std::vector<const Requirement*> requirements_;  // nullptr: the number is free
    std::vector<std::uint32_t> users_;              // of each requirement
    std::vector<RequirementNumber> free_;
    std::vector<std::vector<bool>> bits_;  // [requirement][profile]
};

}  // namespace suanpan::matching
