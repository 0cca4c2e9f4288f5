#include "ledger/tile.hpp"

#include "tests/ledger/naive_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace suanpan::ledger {
namespace {

using Files = std::map<std::string, std::string>;

TileBuilder::Sink into(Files& files) {
    return [&files](const TileId& tile, std::string_view bytes) { files[tile_path(tile)] = bytes; };
}

TileHashReader::Fetch from(const Files& files) {
    return [&files](const TileId& tile) -> Result<std::string> {
        const auto file = files.find(tile_path(tile));
        if (file == files.end()) return fail("not_found", tile_path(tile));
        return file->second;
    };
}

std::string entry(std::uint64_t i) {
    return "entry-" + std::to_string(i);
}

TEST(TilePath, OfExamples) {
    EXPECT_EQ(tile_path({TileKind::kHashes, 0, 0, 256}), "tile/0/000");
    EXPECT_EQ(tile_path({TileKind::kHashes, 1, 1000, 256}), "tile/1/x001/000");
    EXPECT_EQ(tile_path({TileKind::kHashes, 63, 1234067, 8}), "tile/63/x001/x234/067.p/8");
    EXPECT_EQ(tile_path({TileKind::kEntries, 0, 999, 1}), "tile/entries/999.p/1");
}

TEST(TilePath, ParsesWhatItPrints) {
    for (const TileKind kind : {TileKind::kHashes, TileKind::kEntries}) {
        for (const std::uint64_t index :
             {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{999}, std::uint64_t{1000},
              std::uint64_t{999'999}, std::uint64_t{1'234'067}, kMaxTreeSize}) {
            for (const unsigned width : {1U, 9U, 255U, 256U}) {
                const TileId tile{kind, kind == TileKind::kHashes ? 12U : 0U, index, width};
                const auto parsed = parse_tile_path(tile_path(tile));
                ASSERT_TRUE(parsed) << tile_path(tile);
                EXPECT_EQ(*parsed, tile);
            }
        }
    }
}

class BadTilePath : public testing::TestWithParam<const char*> {};

TEST_P(BadTilePath, IsRefused) {
    const auto parsed = parse_tile_path(GetParam());
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code(), "bad_tile_path");
}

INSTANTIATE_TEST_SUITE_P(
    Paths, BadTilePath,
    testing::Values("", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/0000",
                    "tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000", "tile/0/00a",
                    "tile/0/x000/001", "tile/0/x000", "tile/0/001/000", "tile/0/x001/x000",
                    "tile/0/000/", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0",
                    "tile/0/000.p/00", "tile/0/000.p/01", "tile/0/000.p/256", "tile/0/000.p/1/",
                    "/tile/0/000", "tile//000", "tile/entry/000", "tile/entries/", "tile/0/../000",
                    "tile/0/X001/000", "tile/0/x001/000.p/1.p/1", "tile/0/ 00",
                    "tile/0/x009/x223/x372/x036/x854/x775/808",
                    "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/999"));

TEST(Tiles, WhichExistForSizes) {
    const auto paths = [](std::uint64_t old_size, std::uint64_t size) {
        std::vector<std::string> out;
        for (const TileId& tile : tiles_between(old_size, size))
            out.push_back(tile_path(tile));
        return out;
    };
    using Paths = std::vector<std::string>;
    EXPECT_EQ(paths(0, 0), Paths{});
    EXPECT_EQ(paths(0, 3), (Paths{"tile/entries/000.p/3", "tile/0/000.p/3"}));
    EXPECT_EQ(paths(0, 256), (Paths{"tile/entries/000", "tile/0/000", "tile/1/000.p/1"}));
    EXPECT_EQ(paths(255, 257), (Paths{"tile/entries/000", "tile/entries/001.p/1", "tile/0/000",
                                      "tile/0/001.p/1", "tile/1/000.p/1"}));
    EXPECT_EQ(paths(256, 256), Paths{});

    const auto all = tiles_between(0, 70'000);
    const auto count = [&](TileKind kind, unsigned level, bool full) {
        return std::ranges::count_if(all, [&](const TileId& t) {
            return t.kind == kind && t.level == level && t.is_full() == full;
        });
    };
    EXPECT_EQ(count(TileKind::kHashes, 0, true), 273);
    EXPECT_EQ(count(TileKind::kEntries, 0, true), 273);
    EXPECT_EQ(count(TileKind::kHashes, 1, true), 1);
    EXPECT_NE(std::ranges::find(all, TileId{TileKind::kHashes, 0, 273, 112}), all.end());
    EXPECT_NE(std::ranges::find(all, TileId{TileKind::kEntries, 0, 273, 112}), all.end());
    EXPECT_NE(std::ranges::find(all, TileId{TileKind::kHashes, 1, 1, 17}), all.end());
    EXPECT_NE(std::ranges::find(all, TileId{TileKind::kHashes, 2, 0, 1}), all.end());
    EXPECT_EQ(all.size(), 273U * 2 + 1 + 4);
}

TEST(Tiles, TileAtGivesTheEdge) {
    EXPECT_EQ(tile_at(TileKind::kHashes, 0, 273, 70'000)->width, 112U);
    EXPECT_EQ(tile_at(TileKind::kHashes, 1, 0, 70'000)->width, 256U);
    EXPECT_EQ(tile_at(TileKind::kHashes, 0, 274, 70'000).error().code(), "no_such_tile");
    EXPECT_EQ(tile_at(TileKind::kHashes, 1, 1, 65'536).error().code(), "no_such_tile");
    EXPECT_EQ(tile_at(TileKind::kHashes, 8, 0, kMaxTreeSize).error().code(), "no_such_tile");
    EXPECT_EQ(tile_at(TileKind::kHashes, 63, 0, kMaxTreeSize).error().code(), "no_such_tile");
}

TEST(Bundle, BytesOfExample) {
    std::string bundle;
    std::vector<Hash> leaves;
    for (std::uint64_t i = 0; i < 3; ++i) {
        append_to_bundle(bundle, entry(i));
        leaves.push_back(leaf_hash(entry(i)));
    }
    EXPECT_EQ(to_hex(bundle), "0007656e7472792d300007656e7472792d310007656e7472792d32");
    EXPECT_EQ(to_hex(as_chars(root_of(leaves))),
              "a64bf26e09128f6fe2fe6f8b2d8c801e166b57c047a7cd9b2b809e7a96a2f1cb");
    const auto back = decode_bundle(bundle, 3);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, (std::vector<std::string_view>{"entry-0", "entry-1", "entry-2"}));
}

TEST(Bundle, RefusesEveryCutAndEveryWrongCount) {
    std::string bundle;
    append_to_bundle(bundle, "");
    append_to_bundle(bundle, std::string(kMaxEntryBytes, 'x'));
    append_to_bundle(bundle, "abc");
    ASSERT_TRUE(decode_bundle(bundle, 3));
    EXPECT_EQ(decode_bundle(bundle, 3)->at(1).size(), kMaxEntryBytes);
    EXPECT_FALSE(decode_bundle(bundle, 2));
    EXPECT_FALSE(decode_bundle(bundle, 4));
    EXPECT_FALSE(decode_bundle(bundle + "x", 3));
    for (const std::size_t cut : {0UL, 1UL, 2UL, 3UL, 4UL, 100UL, bundle.size() - 1}) {
        EXPECT_FALSE(decode_bundle(std::string_view(bundle).substr(0, cut), 3)) << cut;
    }
}

TEST(HashTile, RefusesOtherLengths) {
    const auto leaves = naive::leaves(5);
    const std::string bytes = encode_hash_tile(leaves);
    EXPECT_EQ(bytes.size(), 160U);
    EXPECT_EQ(decode_hash_tile(bytes, 5).value(), leaves);
    EXPECT_FALSE(decode_hash_tile(bytes, 4));
    EXPECT_FALSE(decode_hash_tile(bytes, 6));
    EXPECT_FALSE(decode_hash_tile(bytes.substr(1), 5));
}

TEST(CutTile, GivesThePartialTile) {
    Files files;
    TileBuilder builder(into(files));
    for (std::uint64_t i = 0; i < 200; ++i)
        builder.append(entry(i));
    builder.flush();
    for (std::uint64_t i = 200; i < 256; ++i)
        builder.append(entry(i));
    for (const std::string name : {"tile/0/000", "tile/entries/000"}) {
        const TileId partial = parse_tile_path(name + ".p/200").value();
        EXPECT_EQ(cut_tile(partial, files.at(name)).value(), files.at(name + ".p/200"));
        EXPECT_FALSE(cut_tile(partial, files.at(name).substr(1)));
    }
}

TEST(TileBuilder, WritesExactlyTheTilesOfTheSize) {
    for (const std::uint64_t size : {0UL, 1UL, 255UL, 256UL, 257UL, 512UL, 1000UL, 65'537UL}) {
        Files files;
        TileBuilder builder(into(files));
        for (std::uint64_t i = 0; i < size; ++i)
            builder.append(entry(i));
        builder.flush();
        std::vector<std::string> want;
        for (const TileId& tile : tiles_between(0, size))
            want.push_back(tile_path(tile));
        std::ranges::sort(want);
        std::vector<std::string> have;
        for (const auto& [path, bytes] : files)
            have.push_back(path);
        EXPECT_EQ(have, want) << size;
        EXPECT_EQ(builder.size(), size);
        EXPECT_EQ(builder.root(), root_of(naive::leaves(size)));
    }
}

TEST(TileBuilder, ResumedAtAnySizeGoesOnTheSame) {
    constexpr std::uint64_t kEnd = 66'100;
    for (const std::uint64_t stop : {0UL, 1UL, 255UL, 256UL, 300UL, 65'535UL, 65'536UL, 66'000UL}) {
        Files files;
        TileBuilder first(into(files));
        for (std::uint64_t i = 0; i < stop; ++i)
            first.append(entry(i));
        first.flush();
        std::vector<std::string> tail;
        for (std::uint64_t i = stop - stop % 256; i < stop; ++i)
            tail.push_back(entry(i));
        TileBuilder second(into(files));
        ASSERT_TRUE(second.resume(stop, tail, from(files)));
        EXPECT_EQ(second.root(), first.root());
        for (std::uint64_t i = stop; i < kEnd; ++i)
            second.append(entry(i));
        second.flush();
        EXPECT_EQ(second.root(), root_of(naive::leaves(kEnd))) << stop;
        const auto bundle = decode_bundle(files.at("tile/entries/258.p/52"), 52);
        ASSERT_TRUE(bundle);
        EXPECT_EQ(bundle->back(), entry(kEnd - 1));
    }
}

TEST(TileBuilder, RefusesToResumeOnOtherEntriesOrDamagedTiles) {
    Files files;
    TileBuilder first(into(files));
    for (std::uint64_t i = 0; i < 258; ++i)
        first.append(entry(i));
    first.flush();
    const std::vector<std::string> tail = {entry(256), entry(257)};
    TileBuilder second(into(files));
    EXPECT_TRUE(second.resume(258, tail, from(files)));
    const std::vector<std::string> altered = {entry(256), entry(258)};
    EXPECT_EQ(second.resume(258, altered, from(files)).error().code(), "wrong_tail");
    EXPECT_EQ(second.resume(258, {}, from(files)).error().code(), "wrong_tail");
    EXPECT_EQ(second.resume(0, tail, from(files)).error().code(), "wrong_tail");
    Files damaged = files;
    damaged["tile/1/000.p/1"].pop_back();
    EXPECT_EQ(second.resume(258, tail, from(damaged)).error().code(), "bad_tile");
    damaged.erase("tile/1/000.p/1");
    EXPECT_EQ(second.resume(258, tail, from(damaged)).error().code(), "not_found");
}

TEST(TileHashReader, ProofsFromTilesVerify) {
    constexpr std::uint64_t kSize = 66'666;
    Files files;
    TileBuilder builder(into(files));
    for (std::uint64_t i = 0; i < kSize; ++i)
        builder.append(entry(i));
    builder.flush();
    TileHashReader tiles(kSize, from(files));
    const HashReader reader = std::ref(tiles);
    for (const std::uint64_t index : {0UL, 1UL, 255UL, 256UL, 65'535UL, 65'536UL, 66'665UL}) {
        const auto proof = prove_inclusion(index, kSize, reader);
        ASSERT_TRUE(proof) << proof.error().detail();
        EXPECT_TRUE(
            verify_inclusion(leaf_hash(entry(index)), index, kSize, *proof, builder.root()));
    }
    const auto leaves = naive::leaves(kSize);
    for (const std::uint64_t old : {1UL, 2UL, 255UL, 256UL, 1000UL, 65'536UL, 66'665UL, kSize}) {
        const auto proof = prove_consistency(old, kSize, reader);
        ASSERT_TRUE(proof) << proof.error().detail();
        EXPECT_TRUE(verify_consistency(old, root_of(std::span(leaves).first(old)), kSize,
                                       builder.root(), *proof));
    }
    EXPECT_EQ(read_frontier(kSize, reader).value().root(), builder.root());
    EXPECT_EQ(reader(NodeId{0, kSize}).error().code(), "no_such_tile");
    EXPECT_EQ(reader(NodeId{3, kSize / 8}).error().code(), "no_such_tile");
}

TEST(TileHashReader, TellsWhichTileIsMissingOrCut) {
    Files files;
    TileBuilder builder(into(files));
    for (std::uint64_t i = 0; i < 700; ++i)
        builder.append(entry(i));
    builder.flush();
    files.at("tile/0/001").pop_back();
    files.erase("tile/0/000");
    TileHashReader tiles(700, from(files));
    EXPECT_EQ(tiles(NodeId{0, 256}).error().code(), "bad_tile");
    EXPECT_NE(tiles(NodeId{0, 256}).error().detail().find("tile/0/001"), std::string::npos);
    EXPECT_EQ(tiles(NodeId{0, 5}).error().code(), "not_found");
    EXPECT_TRUE(tiles(NodeId{8, 0}));
}

}  // namespace
}  // namespace suanpan::ledger
