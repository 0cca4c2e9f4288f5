#include "apps/suanpan-meter/chain_spool.hpp"

#include "apps/suanpan-meter/spool_folder.hpp"
#include "support/temp_dir.hpp"
#include "tests/suanpan-meter/chain_world.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace suanpan::meter {
namespace {

namespace fs = std::filesystem;

class Spool : public testing::Test {
 protected:
    // Ten seconds a step, a window each 60 s.
    static MakerRules rules() { return {Lots(1), Duration(60)}; }
    ReadingMaker maker_of(const ChainSpool& spool) {
        ReadingMaker maker(some_lease(), spool.content().id.meter, rules(), spool.content().state);
        maker.set_active(window_at(0, 7'200'000));
        return maker;
    }
    void measure(ChainSpool& spool, std::int64_t from, std::int64_t until) {
        ReadingMaker maker = maker_of(spool);
        for (std::int64_t second = from; second <= until; second += 10) {
            const auto readings = maker.add(sample_at(second), kMostInRecord);
            if (readings.empty() && second != until) continue;
            ASSERT_TRUE(spool.put(readings, maker.state()));
        }
    }
    static std::vector<ReadingAnswer> all(const ChainSpool& spool, const std::string& result) {
        std::vector<ReadingAnswer> out;
        for (const auto& [key, reading] : spool.content().waiting)
            out.push_back({key, result, result == "refused" ? "window_final" : "", ""});
        return out;
    }

    support::TempDir dir_;
    ChainId id_{some_lease(), some_meter()};
};

TEST_F(Spool, GoesOnWhereItStopped) {
    std::map<ReadingKey, settlement::Reading> waiting;
    Json state;
    {
        ChainSpool spool(dir_.path(), id_);
        measure(spool, 0, 300);
        waiting = spool.content().waiting;
        state = to_json(spool.content().state);
    }
    ASSERT_EQ(waiting.size(), 5U);
    ChainSpool spool(dir_.path(), id_);
    EXPECT_EQ(spool.content().waiting, waiting);
    EXPECT_EQ(to_json(spool.content().state), state);
    measure(spool, 310, 360);
    EXPECT_EQ(spool.content().waiting.size(), 6U);
    EXPECT_EQ(spool.content().waiting.rbegin()->second.seq, 5);
    EXPECT_EQ(spool.content().waiting.rbegin()->second.counters.lot_us, 360 * kMicro);
}

TEST_F(Spool, KeepsAnswersAndReasons) {
    {
        ChainSpool spool(dir_.path(), id_);
        measure(spool, 0, 120);
        spool.answer(all(spool, "accepted"));
        measure(spool, 130, 180);
        spool.answer(all(spool, "refused"));
        measure(spool, 190, 240);
    }
    for (int round = 0; round < 2; ++round) {
        ChainSpool spool(dir_.path(), id_);
        EXPECT_EQ(spool.content().waiting.size(), 1U);
        EXPECT_EQ(spool.content().totals.accepted, 2);
        EXPECT_EQ(spool.content().totals.refused, 1);
        ASSERT_EQ(spool.content().refused.size(), 1U);
        EXPECT_EQ(spool.content().refused[0].answer.code, "window_final");
        EXPECT_EQ(spool.content().refused[0].window, window_at(120, 180));
        ASSERT_TRUE(spool.compact());
    }
    const auto seen = read_spools(dir_.path());
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].totals.accepted, 2);
}

TEST_F(Spool, AnotherMeterGoesOnWhereTheFirstOneStopped) {
    {
        ChainSpool spool(dir_.path(), id_);
        measure(spool, 0, 130);
    }
    ChainSpool next(dir_.path(), {some_lease(), some_meter(8)});
    EXPECT_TRUE(next.content().waiting.empty());
    measure(next, 140, 180);
    ASSERT_EQ(next.content().waiting.size(), 1U);
    const auto& reading = next.content().waiting.begin()->second;
    EXPECT_EQ(reading.window, window_at(120, 180));
    EXPECT_EQ(reading.seq, 0);
    EXPECT_EQ(reading.counters.lot_us, 60 * kMicro);
    EXPECT_EQ(reading.prev, Hash{});
}

TEST_F(Spool, ADamagedFileIsPutAsideAndItsIdsAreNotTakenAgain) {
    std::map<ReadingKey, settlement::Reading> before;
    {
        ChainSpool spool(dir_.path(), id_);
        measure(spool, 0, 300);
        before = spool.content().waiting;
    }
    const fs::path file = spool_file(dir_.path(), id_);
    const auto size = static_cast<std::int64_t>(fs::file_size(file));
    for (const std::int64_t at : {std::int64_t{20}, size / 2, size - 5}) {
        fs::path copy = dir_.path() / std::to_string(at);
        fs::create_directories(copy);
        fs::copy_file(file, spool_file(copy, id_));
        {
            std::fstream bytes(spool_file(copy, id_), std::ios::in | std::ios::out);
            bytes.seekp(at);
            bytes.put('#');
        }
        ChainSpool spool(copy, id_);
        EXPECT_TRUE(fs::exists(spool.damaged()));
        measure(spool, 310, 420);
        std::int64_t fresh = 0;
        for (const auto& [key, reading] : spool.content().waiting) {
            const auto known = before.find(key);
            if (known == before.end())
                ++fresh;
            else
                EXPECT_EQ(known->second, reading);
        }
        EXPECT_GT(fresh, 0);
        EXPECT_GT(spool.content().waiting.rbegin()->first.first, before.rbegin()->first.first);
    }
}

TEST_F(Spool, AFolderHasOneProcessAndSoManyBytes) {
    SpoolFolder folder(dir_.path(), 300'000);
    EXPECT_THROW(SpoolFolder(dir_.path(), 1), std::runtime_error);
    ChainSpool& spool = folder.open(id_);
    EXPECT_EQ(&spool, &folder.open(id_));
    std::int64_t second = 0;
    for (; folder.has_room() && second < 100'000; second += 600)
        measure(spool, second, second + 590);
    EXPECT_FALSE(folder.has_room());
    EXPECT_LE(folder.bytes(), 300'000U);
    EXPECT_GT(spool.content().waiting.size(), 50U);
    // What was answered makes room.
    spool.answer(all(spool, "accepted"));
    EXPECT_TRUE(folder.has_room());
    EXPECT_LT(folder.bytes(), 10'000U);
}

}  // namespace
}  // namespace suanpan::meter
