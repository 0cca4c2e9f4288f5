#pragma once

// Profiles by attribute: one column of values for each, so that a requirement is tested against all
// profiles at once, a word of bits or a run of numbers at a time.
// Inside of matching/ only.

#include "matching/profile.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::matching {

// One bit a profile, by its number.
using ProfileBits = std::vector<std::uint64_t>;

inline bool has(const ProfileBits& bits, std::uint32_t profile) {
    return (bits[profile / 64] >> (profile % 64) & 1) != 0;
}

class ProfileColumns {
 public:
    // Profiles are numbered from 0 in the sequence of their coming.
    void add(const Profile& profile);
    // Of all of them, those that satisfy() the requirement.
    [[nodiscard]] ProfileBits satisfying(const Requirement& requirement) const;

 private:
    struct Column {
        ProfileBits present;
        std::vector<std::int64_t> numbers;  // 0 where there is none
        std::map<std::string, ProfileBits, std::less<>> texts;
    };
    // Bits may be shorter than the profiles are many: the rest are 0.
    static void keep_those(ProfileBits& kept, const Column& column, const Condition& condition);

    std::map<std::pair<std::uint16_t, std::string>, Column> columns_;  // by attribute and place
    std::uint32_t profiles_ = 0;
};

}  // namespace suanpan::matching
