// Random command streams: the engine against the slow model, everything compared after each
// command. A stream that fails is shortened and told.

#include "support/seed.hpp"
#include "tests/matching/draw.hpp"
#include "tests/matching/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <numeric>

namespace suanpan::matching::testing {
namespace {

constexpr int kCommands = 500;
constexpr int kShards = 8;  // tests, which run beside one another

#ifdef SUANPAN_SANITIZED
constexpr int kStreams = 1'000;  // they take several times as long
#else
constexpr int kStreams = 2'000;
#endif

int stream_count() {
    const char* given = std::getenv("SUANPAN_STREAMS");
    return given == nullptr ? kStreams : std::stoi(given);
}

using Commands = std::vector<Command>;

// What goes wrong; empty: nothing.
std::string fault_of(const Scene& scene, const Commands& commands) {
    try {
        Comparison world(scene);
        for (const Command& command : commands)
            world.play(command);
    } catch (const std::exception& fault) {
        return fault.what();
    }
    return {};
}

// Leaves commands out, ever fewer at a time, for as long as something goes wrong without them.
Commands shortened(const Scene& scene, Commands commands) {
    for (std::size_t part = commands.size() / 2; part > 0;) {
        bool shorter = false;
        for (std::size_t first = 0; first < commands.size();) {
            Commands fewer = commands;
            const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(first);
            const std::size_t last = std::min(first + part, commands.size());
            fewer.erase(begin, fewer.begin() + static_cast<std::ptrdiff_t>(last));
            if (fault_of(scene, fewer).empty()) {
                first += part;
            } else {
                commands = std::move(fewer);
                shorter = true;
            }
        }
        if (part > 1 || !shorter) part /= 2;
    }
    return commands;
}

std::string report(const Scene& scene, const Commands& commands) {
    const Commands least = shortened(scene, commands);
    std::string out = fault_of(scene, least) + "\n";
    for (std::size_t p = 0; p < scene.pools.size(); ++p) {
        out += "  " + describe(scene.pools[p]);
        for (const Rate& rate : scene.rates[p])
            out += ", rate " + std::to_string(rate.value);
        out += "\n";
    }
    for (const Command& command : least)
        out += "  " + describe(command) + "\n";
    return out;
}

// Renaming reverses the organisations, so that their order changes too.
OrganisationId other_name(const OrganisationId& given) {
    return org(100 - number_of(given));
}

Told other_names(Told told) {
    for (Fill& fill : told.fills) {
        fill.buyer = other_name(fill.buyer);
        fill.provider = other_name(fill.provider);
    }
    return told;
}

class EngineStreams : public ::testing::TestWithParam<int> {
 protected:
    // The commands of one stream; empty: it failed.
    Commands play(std::uint64_t seed) {
        Draw draw(seed);
        scene_ = draw.scene();
        Comparison world(scene_);
        Commands commands;
        try {
            for (int i = 0; i < kCommands; ++i) {
                commands.push_back(draw.command(world));
                world.play(commands.back());
            }
        } catch (const std::exception&) {
            ADD_FAILURE() << "SUANPAN_SEED=" << seed
                          << " SUANPAN_STREAMS=1: " << report(scene_, commands);
            return {};
        }
        for (const auto& [what, count] : world.reached)
            reached_[what] += count;
        told_ = world.told();
        return commands;
    }
    void expect_same_again(const Commands& commands) {
        Player again(scene_);
        Player renamed(testing::renamed(scene_, other_name));
        for (const Command& command : commands) {
            again.play(command);
            renamed.play(testing::renamed(command, other_name));
        }
        ASSERT_EQ(again.told(), told_) << "the same commands gave other results";
        ASSERT_EQ(renamed.told().size(), told_.size());
        for (std::size_t i = 0; i < told_.size(); ++i) {
            ASSERT_EQ(other_names(renamed.told()[i]), told_[i]) << "other names gave other results";
        }
    }

    Scene scene_;
    std::vector<Told> told_;
    std::map<std::string, int> reached_;
};

TEST_P(EngineStreams, AgreeWithTheModel) {
    const std::uint64_t seed = support::test_seed();
    for (int i = GetParam(); i < stream_count(); i += kShards) {
        const Commands commands = play(seed + static_cast<std::uint64_t>(i));
        if (commands.empty()) return;
        expect_same_again(commands);
        if (HasFatalFailure()) FAIL() << "stream " << i;
    }
    if (std::getenv("SUANPAN_STREAMS") != nullptr) {
        for (const auto& [what, count] : reached_)
            std::cout << "  " << count << "  " << what << "\n";
    }
}

INSTANTIATE_TEST_SUITE_P(Shard, EngineStreams, ::testing::Range(0, kShards));

}  // namespace
}  // namespace suanpan::matching::testing
