#pragma once

// Distinct profiles and requirements get small numbers, and one bit for every pair says whether the
// profile satisfies the requirement; it is computed once, when either first appears (market §5).

#include "base/check.hpp"
#include "matching/columns.hpp"
#include "matching/profile.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suanpan::matching {

using ProfileNumber = std::uint32_t;
using RequirementNumber = std::uint32_t;

struct RequirementHash {
    std::size_t operator()(const Requirement& requirement) const;
};

class Eligibility {
 public:
    // Profiles live as long as the pools that have them: for ever.
    ProfileNumber add(const Profile& profile);
    // The requirement's number; nobody uses it yet.
    RequirementNumber find_or_add(const Requirement& requirement);
    // Requirements come and go with their orders: each use() is paired with one release(). One that
    // nobody uses is kept for a while, as it may come again; the oldest of very many such is
    // forgotten by the next forget_idle(), which tells its number.
    void use(RequirementNumber number) { ++users_[number]; }
    // Says whether it is idle now.
    bool release(RequirementNumber number) {
        CHECK(users_[number] > 0);
        if (--users_[number] > 0) [[likely]]
            return false;
        mark_idle(number);
        return true;
    }
    [[nodiscard]] bool has_many_idle() const { return idle_count_ > kKeptIdle; }
    template <typename Tell>
    void forget_idle(const Tell& tell) {
        while (idle_count_ > kKeptIdle) {
            const auto [number, edition] = idle_.front();
            idle_.pop_front();
            --idle_count_;
            if (users_[number] > 0 || idle_since_[number] != edition) continue;
            forget(number);
            tell(number);
        }
    }

    [[nodiscard]] bool satisfied(ProfileNumber profile, RequirementNumber requirement) const {
        return has(bits_[requirement], profile);
    }
    [[nodiscard]] const Requirement& requirement(RequirementNumber number) const {
        return *requirements_[number];
    }
    // Differs whenever the number stands for another requirement than before; never 0.
    [[nodiscard]] std::uint64_t edition(RequirementNumber number) const {
        return editions_[number];
    }

 private:
    static constexpr std::size_t kKeptIdle = 1'024;

    void forget(RequirementNumber number);
    void mark_idle(RequirementNumber number);

    std::map<Profile, ProfileNumber> profile_numbers_;
    ProfileColumns columns_;
    std::unordered_map<Requirement, RequirementNumber, RequirementHash> requirement_numbers_;
    // Keys of the map, which stay where they are; nullptr: the number is free.
    std::vector<const Requirement*> requirements_;
    std::vector<std::uint32_t> users_;  // of each requirement
    std::vector<std::uint64_t> editions_;
    std::vector<std::uint64_t> idle_since_;  // which idleness of a requirement is the last
    std::deque<std::pair<RequirementNumber, std::uint64_t>> idle_;
    std::size_t idle_count_ = 0;  // of idle_
    std::uint64_t last_idle_ = 0;
    std::vector<RequirementNumber> free_;
    std::vector<ProfileBits> bits_;  // by requirement
};

}  // namespace suanpan::matching
