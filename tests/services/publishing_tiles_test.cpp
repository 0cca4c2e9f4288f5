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
