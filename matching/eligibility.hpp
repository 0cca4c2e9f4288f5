#pragma once

// Distinct profiles and requirements get small numbers, and one bit for every pair says whether the
// profile satisfies the requirement; it is computed once, when either first appears (market §5).

#include "base/check.hpp"
#include "matching/columns.hpp"
#include "matching/profile.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suanpan::matching {

using ProfileNumber = std::uint32_t;
using RequirementNumber = std::uint32_t;

// Two requirements are equal exactly when these bytes are: short and in one piece, so that looking
// one up touches little memory.
class RequirementKey {
 public:
    // The bytes hold until the next call.
    std::string_view of(const Requirement& requirement);

 private:
    void add(std::string_view text);
    std::string bytes_;
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
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view bytes) const {
            return std::hash<std::string_view>()(bytes);
        }
    };
    RequirementKey key_;
    std::unordered_map<std::string, RequirementNumber, Hash, std::equal_to<>> requirement_numbers_;
    std::vector<std::optional<Requirement>> requirements_;  // none: the number is free
    std::vector<std::uint32_t> users_;                      // of each requirement
    std::vector<std::uint64_t> editions_;
    std::vector<std::uint64_t> idle_since_;  // which idleness of a requirement is the last
    std::deque<std::pair<RequirementNumber, std::uint64_t>> idle_;
    std::size_t idle_count_ = 0;  // of idle_
    std::uint64_t last_idle_ = 0;
    std::vector<RequirementNumber> free_;
    std::vector<ProfileBits> bits_;  // by requirement
};

}  // namespace suanpan::matching
