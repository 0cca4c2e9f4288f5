#include "services/publishing/log_key.hpp"
#include "services/publishing/tile_store.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace suanpan::services {
namespace {

namespace fs = std::filesystem;

std::string code_of(const Result<SigningKey>& key) {
    return key ? "ok" : key.error().code();
}

TEST(TileStore, TilesNeverChange) {
    const support::TempDir dir;
    TileStore store(dir.path() / "log");
    const ledger::TileId tile{ledger::TileKind::kHashes, 0, 1234, 1};
    EXPECT_EQ(store.read_tile(tile).error().code(), "no_such_tile");
    EXPECT_TRUE(store.write_tile(tile, "abc"));
    store.sync();
    EXPECT_TRUE(store.write_tile(tile, "abc"));
    EXPECT_EQ(store.write_tile(tile, "abd").error().code(), "tile_conflict");
    EXPECT_EQ(store.read_tile(tile).value(), "abc");
    EXPECT_EQ(read_file(dir.path() / "log/tile/0/x001/234.p/1", 10), "abc");
}

TEST(LogKey, IsMadeOnceWithMode0600) {
    const support::TempDir dir;
    const fs::path path = dir.path() / "keys" / "log.key";
    EXPECT_EQ(code_of(load_log_key(path)), "no_log_key");
    const auto made = load_or_make_log_key(path);
    ASSERT_TRUE(made) << made.error().detail();
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    // Nothing of it lies about under another name.
    const fs::directory_iterator files(path.parent_path());
    EXPECT_EQ(std::distance(begin(files), end(files)), 1);
    EXPECT_EQ(fs::hard_link_count(path), 1U);
    EXPECT_EQ(load_or_make_log_key(path)->public_key(), made->public_key());
    EXPECT_EQ(load_log_key(path)->public_key(), made->public_key());
    const auto other = load_or_make_log_key(dir.path() / "other.key");
    EXPECT_NE(other->public_key(), made->public_key());
}

TEST(LogKey, RefusesExposedAndMalformedFiles) {
    const support::TempDir dir;
    const fs::path path = dir.path() / "log.key";
    ASSERT_TRUE(load_or_make_log_key(path));
    fs::permissions(path, fs::perms::group_read, fs::perm_options::add);
    EXPECT_EQ(code_of(load_log_key(path)), "log_key_exposed");
    fs::permissions(path, fs::perms::owner_read);
    EXPECT_EQ(code_of(load_log_key(path)), "ok");
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    for (const std::string& text : {std::string(), std::string(63, 'a'), std::string(65, 'a'),
                                    std::string(64, 'g'), std::string(64, 'a') + "\n\n"}) {
        std::ofstream(path) << text;
        EXPECT_EQ(code_of(load_log_key(path)), "bad_log_key") << text;
    }
}

TEST(LogKey, FormerOneSignsTooWhileItIsThere) {
    const support::TempDir dir;
    const LogFiles files{dir.path()};
    EXPECT_FALSE(load_log_keys(files));
    ASSERT_TRUE(load_or_make_log_key(files.key()));
    EXPECT_EQ(load_log_keys(files)->verifiers("x.example/log").size(), 1U);
    // A change that was begun and not made: one key by two names.
    fs::create_hard_link(files.key(), files.former_key());
    EXPECT_EQ(load_log_keys(files)->signers().size(), 1U);
    fs::remove(files.former_key());
    const auto former = load_or_make_log_key(files.former_key());
    const auto keys = load_log_keys(files);
    ASSERT_TRUE(keys);
    ASSERT_EQ(keys->signers().size(), 2U);
    EXPECT_EQ(keys->signers()[1]->public_key(), former->public_key());
    fs::permissions(files.former_key(), fs::perms::group_read, fs::perm_options::add);
    EXPECT_EQ(load_log_keys(files).error().code(), "log_key_exposed");
}

}  // namespace
}  // namespace suanpan::services
