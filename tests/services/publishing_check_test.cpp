#include "services/publishing/check_log.hpp"
#include "tests/services/publishing_fixture.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>

namespace suanpan::services {
namespace {

// 1,000 entries published and three more in the database.
struct CheckedLog : PublishedLog {
    CheckedLog() {
        store.add(1000);
        EXPECT_TRUE(publisher()->publish_once(kTestTime));
        store.add(3);
        std::filesystem::create_directories(data());
        std::filesystem::rename(tiles(), data() / "tiles");
        std::filesystem::rename(last_signed(), data() / "last-signed");
    }
    [[nodiscard]] std::filesystem::path data() const { return folder.path() / "data"; }
    [[nodiscard]] std::filesystem::path tile(const std::string& path) const {
        return data() / "tiles" / "tile" / path;
    }
    LogCheck check(const Progress& progress = {}) {
        const std::array keys{verifier()};
        return check_log(store, LogFiles{data()}, keys, progress).value();
    }
    static void flip(const std::filesystem::path& path, std::size_t at) {
        std::string bytes = read_file(path, 10'000'000).value();
        bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
        std::ofstream(path, std::ios::binary) << bytes;
    }
};

void expect_damage(const LogCheck& check, std::optional<std::uint64_t> index,
                   const std::string& where) {
    ASSERT_TRUE(check.damage);
    EXPECT_EQ(check.damage->where, where) << check.damage->detail;
    EXPECT_EQ(check.damage->index, index) << check.damage->detail;
}

TEST(CheckLog, GoodOneHolds) {
    CheckedLog log;
    std::uint64_t last = 0;
    const LogCheck check = log.check([&last](std::uint64_t done, std::uint64_t of) {
        EXPECT_GT(done, last);
        EXPECT_EQ(of, 1000U);
        last = done;
    });
    EXPECT_FALSE(check.damage);
    EXPECT_EQ(check.signed_size, 1000U);
    EXPECT_EQ(check.checked, 1000U);
    EXPECT_EQ(check.unpublished, 3U);
    EXPECT_EQ(last, 1000U);
}

TEST(CheckLog, NamesTheFirstEntryAndWhichCopyOfItIsBad) {
    CheckedLog log;
    const std::string good = log.store.entries_[700];
    log.store.entries_[700] = test_entry(9'999);
    expect_damage(log.check(), 700, "database");
    EXPECT_EQ(log.check().checked, 700U);
    log.store.entries_[700] = good;

    // Bundle 2 holds 512 … 767; its entries are all of one length.
    const std::size_t width = test_entry(0).size() + 2;
    const std::size_t in_salt = test_entry(0).find("salt") + 10;
    CheckedLog::flip(log.tile("entries/002"), (600 - 512) * width + 2 + in_salt);
    expect_damage(log.check(), 600, "bundle");
    // Both altered alike: only the hashes tell.
    log.store.entries_[600] =
        read_bundle(TileStore(log.data() / "tiles"), 2, 1000).value().at(600 - 512);
    expect_damage(log.check(), 600, "tile");
    CheckedLog::flip(log.tile("entries/002"), (600 - 512) * width + 2 + in_salt);
    log.store.entries_[600] = test_entry(600);

    CheckedLog::flip(log.tile("0/001"), 32 * 5);
    expect_damage(log.check(), 261, "tile");
    log.store.entries_[261] = "x";
    expect_damage(log.check(), 261, "unclear");
    log.store.entries_[261] = test_entry(261);
    CheckedLog::flip(log.tile("0/001"), 32 * 5);
    EXPECT_FALSE(log.check().damage);
}

TEST(CheckLog, SeesTilesAboveTheLeavesAndMissingFiles) {
    CheckedLog log;
    CheckedLog::flip(log.tile("1/000.p/3"), 40);
    expect_damage(log.check(), std::nullopt, "tile");
    CheckedLog::flip(log.tile("1/000.p/3"), 40);
    std::filesystem::rename(log.tile("0/003.p/232"), log.folder.path() / "away");
    expect_damage(log.check(), 768, "tile");
    std::filesystem::rename(log.folder.path() / "away", log.tile("0/003.p/232"));
    std::filesystem::rename(log.tile("entries/000"), log.folder.path() / "away");
    expect_damage(log.check(), 0, "bundle");
}

TEST(CheckLog, SeesADatabaseThatWasSetBack) {
    CheckedLog log;
    const auto record = log.store.checkpoint_;
    log.store.checkpoint_->size = 900;
    expect_damage(log.check(), std::nullopt, "database");
    log.store.checkpoint_ = record;
    log.store.entries_.resize(990);
    expect_damage(log.check(), 990, "database");
}

TEST(CheckLog, SeesAForgedCheckpoint) {
    CheckedLog log;
    std::string note = read_file(log.data() / "tiles/checkpoint", 10'000).value();
    note.replace(note.find("\n1000\n"), 6, "\n1001\n");
    std::ofstream(log.data() / "tiles/checkpoint") << note;
    expect_damage(log.check(), std::nullopt, "checkpoint");
    // Signed by the right key, over something else.
    const ledger::Checkpoint other{std::string(kTestOrigin), 1000, ledger::leaf_hash("x"), ""};
    for (const auto* name : {"tiles/checkpoint", "last-signed"})
        std::ofstream(log.data() / name) << ledger::sign_checkpoint(other, log.key);
    expect_damage(log.check(), std::nullopt, "checkpoint");
    EXPECT_EQ(log.check().checked, 1000U);
}

}  // namespace
}  // namespace suanpan::services
