#include "services/publishing/tile_store.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace suanpan::services {
namespace {

// Fails from the nth fsync on.
class LaterBadDisk final : public Disk {
 public:
    explicit LaterBadDisk(int good) : good_(good) {}
    int sync(int descriptor) override {
        if (good_-- > 0) return Disk::sync(descriptor);
        errno = EIO;
        return -1;
    }

 private:
    std::atomic<int> good_;
};

std::vector<TileFile> some_tiles(std::uint64_t count) {
    std::vector<TileFile> out;
    for (std::uint64_t i = 0; i < count; ++i) {
        ledger::TileId tile;
        tile.index = i * 700;
        out.push_back({tile, "tile " + std::to_string(i)});
    }
    return out;
}

TEST(TileStore, SizeWithIsTheSmallestLogThatHasTheTile) {
    const auto of = [](std::string_view path) {
        return size_with(ledger::parse_tile_path(path).value());
    };
    EXPECT_EQ(of("tile/0/000.p/1"), 1U);
    EXPECT_EQ(of("tile/entries/001"), 512U);
    EXPECT_EQ(of("tile/1/000.p/3"), 768U);
    EXPECT_EQ(of("tile/2/001.p/1"), 257U * 65'536);
    EXPECT_EQ(of("tile/7/000.p/255"), 255ULL << 56U);
    EXPECT_EQ(of("tile/7/000"), kAllSigned);
    EXPECT_EQ(of("tile/8/000.p/1"), kAllSigned);
    EXPECT_EQ(of("tile/63/000"), kAllSigned);
    for (const std::uint64_t size : {1UL, 255UL, 256UL, 70'000UL}) {
        for (const ledger::TileId& tile : ledger::tiles_between(0, size))
            EXPECT_LE(size_with(tile), size);
    }
}

// Nobody was promised what was never signed; what was signed never changes.
TEST(TileStore, ReplacesOnlyWhatWasNeverSigned) {
    const support::TempDir folder;
    TileStore store(folder.path());
    ledger::TileId tile;
    tile.index = 1;
    ledger::TileId small = tile;
    small.width = 10;
    ledger::TileId large = tile;
    large.width = 20;
    ASSERT_TRUE(store.write_tile(small, "signed", 0));
    ASSERT_TRUE(store.write_tile(large, "never signed", 266));
    ASSERT_TRUE(store.write_tile(tile, "one", 266));
    EXPECT_EQ(store.read_tile(small).value(), "signed");
    EXPECT_FALSE(std::filesystem::exists(folder.path() / ledger::tile_path(large)));
    ASSERT_TRUE(store.write_tile(tile, "another", 511));
    EXPECT_EQ(store.read_tile(tile).value(), "another");
    EXPECT_EQ(store.write_tile(tile, "one", 512).error().code(), "tile_conflict");
    EXPECT_EQ(store.write_tile(small, "one", 266).error().code(), "tile_conflict");
}

// The tile is there from a run that ended before its sync(): no folder above may be durable yet.
TEST(TileStore, MakesTheFoldersOfWhatIsAlreadyThereDurableToo) {
    struct Counting final : Disk {
        int syncs = 0;
        int sync(int descriptor) override {
            ++syncs;
            return Disk::sync(descriptor);
        }
    } disk;
    const support::TempDir folder;
    const ledger::TileId tile{ledger::TileKind::kHashes, 0, 1'234'067, ledger::kTileWidth};
    ASSERT_TRUE(TileStore(folder.path() / "log").write_tile(tile, "bytes", 0));
    TileStore again(folder.path() / "log", disk);
    ASSERT_TRUE(again.write_tile(tile, "bytes", 0));
    EXPECT_EQ(disk.syncs, 0);
    again.sync();
    EXPECT_EQ(disk.syncs, 6);  // x001/x234, x001, 0, tile, log, and what holds it
}

TEST(TileStore, WritesManyTilesAtOnce) {
    const support::TempDir folder;
    TileStore store(folder.path());
    const std::vector<TileFile> tiles = some_tiles(100);
    ASSERT_TRUE(store.write_tiles({}));
    ASSERT_TRUE(store.write_tiles(tiles));
    store.sync();
    for (const TileFile& file : tiles)
        EXPECT_EQ(store.read_tile(file.tile).value(), file.bytes);
    ASSERT_TRUE(store.write_tiles(tiles));
}

TEST(TileStore, OneOfManyTilesThatIsOtherwiseThereIsAConflict) {
    const support::TempDir folder;
    TileStore store(folder.path());
    std::vector<TileFile> tiles = some_tiles(20);
    ASSERT_TRUE(store.write_tile(tiles[13].tile, "another"));
    const auto written = store.write_tiles(tiles);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), "tile_conflict");
    EXPECT_EQ(store.read_tile(tiles[13].tile).value(), "another");
}

TEST(TileStore, ADiskThatFailsAmidManyTilesIsToldAndLeavesNoHalfFile) {
    for (int good = 0; good < 20; good += 3) {
        const support::TempDir folder;
        LaterBadDisk disk(good);
        TileStore store(folder.path(), disk);
        const std::vector<TileFile> tiles = some_tiles(20);
        EXPECT_THROW((void)store.write_tiles(tiles), std::system_error);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path()))
            EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
        TileStore whole(folder.path());
        ASSERT_TRUE(whole.write_tiles(tiles));
        for (const TileFile& file : tiles)
            EXPECT_EQ(whole.read_tile(file.tile).value(), file.bytes);
    }
}

}  // namespace
}  // namespace suanpan::services
