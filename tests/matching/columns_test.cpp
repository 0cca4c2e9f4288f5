#include "matching/columns.hpp"

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace suanpan::matching {
namespace {

constexpr std::uint16_t kAttributes = 4;

// Values of few attributes, two places and five texts, so that they often agree.
class Draw {
 public:
    Profile profile() {
        Profile out;
        for (std::uint16_t attribute = 0; attribute < kAttributes; ++attribute) {
            for (const char* place : {"", "x"}) {
                if (below(3) == 0) continue;
                out.values.push_back({attribute, place, below(4), texts(1)});
            }
        }
        return out;
    }
    Requirement requirement() {
        Requirement out;
        for (std::int64_t i = below(4); i > 0; --i) {
            Condition one;
            one.attribute = static_cast<std::uint16_t>(below(kAttributes + 1));
            if (below(2) == 0) one.place = "x";
            one.op = static_cast<Operator>(below(4));
            one.number = below(4);
            one.texts = texts(0);
            out.conditions.push_back(one);
        }
        return out;
    }
    std::int64_t below(std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
    }

 private:
    std::vector<std::string> texts(std::int64_t least) {
        std::set<std::string> out;
        for (std::int64_t i = least + below(3); i > 0; --i)
            out.insert(std::string(1, static_cast<char>('a' + below(5))));
        return {out.begin(), out.end()};
    }
    std::mt19937_64 random_{support::test_seed()};
};

TEST(ProfileColumns, AgreeWithATestOfEachProfile) {
    Draw draw;
    ProfileColumns columns;
    std::vector<Profile> profiles;
    for (int round = 0; round < 300; ++round) {
        profiles.push_back(draw.profile());
        columns.add(profiles.back());
        const Requirement wanted = draw.requirement();
        const ProfileBits found = columns.satisfying(wanted);
        for (std::uint32_t number = 0; number < profiles.size(); ++number)
            ASSERT_EQ(has(found, number), satisfies(profiles[number], wanted)) << number;
    }
}

TEST(ProfileColumns, OfNoProfilesAreEmpty) {
    EXPECT_TRUE(ProfileColumns().satisfying({}).empty());
}

}  // namespace
}  // namespace suanpan::matching
