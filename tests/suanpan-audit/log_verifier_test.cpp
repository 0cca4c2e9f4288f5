#include "apps/suanpan-audit/log_verifier.hpp"

#include "support/seed.hpp"
#include "tests/suanpan-audit/log_fixture.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <random>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

TEST(LogVerifier, WholeLogsOfAllShapesHold) {
    for (const std::uint64_t size : {1UL, 2UL, 255UL, 256UL, 257UL, 512UL, 1000UL, 5000UL}) {
        const TestLog log(size);
        EXPECT_EQ(log.verify(), "ok") << size;
    }
}

TEST(LogVerifier, EmptyLogHolds) {
    const TestLog log(0);
    EXPECT_EQ(log.verify(), "ok");
}

TEST(LogVerifier, LogOfThreeLevelsHolds) {
    const TestLog log(66'000);
    EXPECT_EQ(log.verify(), "ok");
    log.flip("tile/2/000.p/1", 0);
    EXPECT_EQ(log.verify(), "tile_altered 0 tile/2/000.p/1");
}

TEST(LogVerifier, SummaryCountsWhatWasRead) {
    auto entries = test_entries(700);
    entries.push_back(R"({"auth":"api_key","kind":"admin",)" + test_entry(700).substr(15));
    const TestLog log(entries);
    DirectorySource source(log.directory());
    std::vector<std::uint64_t> progress;
    VerifyOptions options;
    options.progress = [&](std::uint64_t done, std::uint64_t total) {
        EXPECT_EQ(total, 701U);
        progress.push_back(done);
    };
    const auto summary = verify_log(source, log.checkpoint().checkpoint, options);
    ASSERT_TRUE(summary) << summary.error().detail;
    EXPECT_EQ(summary->entries, 701U);
    EXPECT_EQ(summary->bundles, 3U);
    EXPECT_EQ(summary->hash_tiles, 4U);
    EXPECT_EQ(summary->first_time, Time(kStart));
    EXPECT_EQ(summary->last_time, Time(kStart + 233));
    EXPECT_EQ(summary->kinds,
              (std::map<std::string, std::uint64_t>{{"admin", 1}, {"order", 140}, {"tick", 560}}));
    EXPECT_EQ(summary->auth, (std::map<std::string, std::uint64_t>{{"api_key", 1}}));
    EXPECT_EQ(progress, (std::vector<std::uint64_t>{256, 512, 701}));
}

TEST(LogVerifier, NamesTheFirstAlteredEntry) {
    const TestLog log(1000);
    for (const std::uint64_t index : {0UL, 1UL, 255UL, 256UL, 700UL, 999UL}) {
        const std::string bundle = index < 768 ? "tile/entries/00" + std::to_string(index / 256)
                                               : "tile/entries/003.p/232";
        const std::string want = "entry_altered " + std::to_string(index) + " " + bundle;
        const std::size_t at = log.offset_in_bundle(index);
        for (const std::size_t byte : {at, at + 40, at + log.entries()[index].size() - 1}) {
            log.flip(bundle, byte);
            EXPECT_EQ(log.verify(), want);
            // A later fault does not hide the first.
            log.flip("tile/entries/003.p/232", log.offset_in_bundle(999) + 1);
            EXPECT_EQ(log.verify(), want);
            log.flip("tile/entries/003.p/232", log.offset_in_bundle(999) + 1);
            log.flip(bundle, byte);
        }
    }
    EXPECT_EQ(log.verify(), "ok");
}

TEST(LogVerifier, NamesTheAlteredHashTile) {
    const TestLog log(1000);
    log.flip("tile/0/001", 32 * 7 + 3);
    EXPECT_EQ(log.verify(), "tile_altered 263 tile/0/001");
    log.flip("tile/0/001", 32 * 7 + 3);
    log.flip("tile/0/003.p/232", 0);
    EXPECT_EQ(log.verify(), "tile_altered 768 tile/0/003.p/232");
    log.flip("tile/0/003.p/232", 0);
    log.flip("tile/1/000.p/3", 32 * 2);
    EXPECT_EQ(log.verify(), "tile_altered 512 tile/1/000.p/3");
}

TEST(LogVerifier, NamesWhatWasAlteredTogether) {
    // An entry and its level-0 tile fit each other; the tile above, which fits the signature, not.
    const TestLog log(1000);
    auto altered = log.entries();
    altered[300] = test_entry(300, "admin");
    const std::string above = log.read("tile/1/000.p/3");
    TestLog forged(log.entries());
    forged.write_tiles(altered);
    EXPECT_EQ(forged.verify(), "root_mismatch - checkpoint");
    forged.write("tile/1/000.p/3", above);
    EXPECT_EQ(forged.verify(), "entries_altered 256 tile/0/001");
    // Bundle and tile, each in its own way.
    log.flip("tile/entries/001", log.offset_in_bundle(300));
    log.flip("tile/0/001", 32 * 99);
    EXPECT_EQ(log.verify(), "entries_and_tiles_altered 300 tile/0/001");
}

TEST(LogVerifier, NamesMissingAndMalformedFiles) {
    const TestLog log(1000);
    const auto damaged = [&](const std::string& name, const std::string& bytes) {
        const std::string good = log.read(name);
        log.write(name, bytes);
        std::string result = log.verify();
        log.write(name, good);
        return result;
    };
    const std::string tile = log.read("tile/0/001");
    EXPECT_EQ(damaged("tile/0/001", tile.substr(1)), "bad_tile 256 tile/0/001");
    EXPECT_EQ(damaged("tile/0/001", ""), "bad_tile 256 tile/0/001");
    EXPECT_EQ(damaged("tile/0/001", tile + "x"), "bad_tile 256 tile/0/001");
    const std::string bundle = log.read("tile/entries/001");
    EXPECT_EQ(damaged("tile/entries/001", bundle + "x"), "bad_bundle 511 tile/entries/001");
    EXPECT_EQ(damaged("tile/entries/001", bundle.substr(0, bundle.size() - 1)),
              "bad_bundle 511 tile/entries/001");
    EXPECT_EQ(damaged("tile/entries/001", ""), "bad_bundle 256 tile/entries/001");
    EXPECT_EQ(damaged("tile/entries/001", std::string(ledger::kMaxBundleBytes + 1, 'x')),
              "bad_bundle 256 tile/entries/001");
    // A length of an entry: it is named by what follows from it.
    std::string lengths = bundle;
    lengths[log.offset_in_bundle(300) - 1] ^= 1;
    EXPECT_EQ(damaged("tile/entries/001", lengths), "entry_altered 300 tile/entries/001");
    for (const std::string name :
         {"tile/entries/002", "tile/entries/003.p/232", "tile/0/002", "tile/1/000.p/3"}) {
        const std::string good = log.read(name);
        log.remove(name);
        EXPECT_TRUE(log.verify().starts_with("missing_")) << log.verify();
        EXPECT_TRUE(log.verify().ends_with(name)) << log.verify();
        log.write(name, good);
    }
    EXPECT_EQ(log.verify(), "ok");
}

TEST(LogVerifier, ReadsPartialTilesOutOfFullOnes) {
    TestLog log(300);
    const auto checkpoint = log.checkpoint();
    for (const std::string name : {"tile/entries/001.p/44", "tile/0/001.p/44", "tile/1/000.p/1"})
        log.remove(name);
    log.write_tiles(test_entries(512));
    EXPECT_EQ(log.verify(), "missing_tile 0 tile/1/000.p/1");
    log.write("tile/1/000.p/1", log.read("tile/1/000.p/2").substr(0, 32));
    EXPECT_EQ(log.verify(), "ok");
}

TEST(LogVerifier, NamesEntriesThatBreakTheForm) {
    const auto with = [](std::string entry) {
        auto entries = test_entries(400);
        entries[299] = std::move(entry);
        return TestLog(std::move(entries)).verify();
    };
    const std::string at = " 299 tile/entries/001.p/144";
    EXPECT_EQ(with(test_entry(299)), "ok");
    EXPECT_EQ(with(test_entry(299) + " "), "not_canonical" + at);
    EXPECT_EQ(with("{}"), "bad_entry" + at);
    EXPECT_EQ(with(""), "bad_json" + at);
    EXPECT_EQ(with(test_entry(299, "rumour")), "unknown_kind" + at);
    EXPECT_EQ(with(test_entry(299, "tick", kStart + 98)), "time_goes_back" + at);
    EXPECT_EQ(with(test_entry(299, "tick", kStart + 1'000'000)),
              "time_goes_back 300 tile/entries/001.p/144");
}

// A pipe in the folder held the audit up for ever.
TEST(LogVerifier, APipeIsNoFile) {
    const TestLog log(10);
    log.remove("tile/0/000.p/10");
    ASSERT_EQ(::mkfifo((log.directory() / "tile/0/000.p/10").c_str(), S_IRUSR | S_IWUSR), 0);
    EXPECT_EQ(log.verify(), "missing_tile 0 tile/0/000.p/10");
}

// An entry said "signed", which no byte of it proves, and was counted as such.
TEST(LogVerifier, RefusesAuthorsThatNothingProves) {
    const auto said = [](std::string_view auth) {
        auto entries = test_entries(10);
        entries[7] = R"({"auth":")" + std::string(auth) + R"(",)" + test_entry(7).substr(1);
        return TestLog(std::move(entries)).verify();
    };
    EXPECT_EQ(said("api_key"), "ok");
    EXPECT_EQ(said("system"), "ok");
    EXPECT_EQ(said("notarised"), "unverifiable_author 7 tile/entries/000.p/10");
}

// Only entries of kind key were looked at for statements of the log.
TEST(LogVerifier, OnlyKeysAreAboutTheLog) {
    auto entries = test_entries(10);
    entries[7] = R"({"about":"log",)" + test_entry(7, "order").substr(1);
    EXPECT_EQ(TestLog(std::move(entries)).verify(), "bad_entry 7 tile/entries/000.p/10");
}

TEST(LogVerifier, AnyFlippedBitOfAnyFileIsFound) {
    std::mt19937_64 random(support::test_seed());
    const TestLog log(600);
    std::vector<std::string> names;
    for (const auto& file : fs::recursive_directory_iterator(log.directory() / "tile")) {
        if (file.is_regular_file())
            names.push_back(fs::relative(file.path(), log.directory()).string());
    }
    ASSERT_EQ(names.size(), 7U);
    std::ranges::sort(names);
    for (int round = 0; round < 150; ++round) {
        const std::string& name = names[random() % names.size()];
        const std::size_t byte = random() % log.read(name).size();
        const auto bit = static_cast<unsigned>(random() % 8);
        log.flip(name, byte, bit);
        const std::string result = log.verify();
        EXPECT_TRUE(result.ends_with(" " + name)) << result << " for a bit of " << name;
        log.flip(name, byte, bit);
    }
    EXPECT_EQ(log.verify(), "ok");
}

}  // namespace
}  // namespace suanpan::audit
