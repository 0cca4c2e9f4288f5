#include "services/publishing/export_log.hpp"
#include "tests/services/publishing_fixture.hpp"

#include <gtest/gtest.h>

namespace suanpan::services {
namespace {

TEST(ExportLog, HoldsTheDatabasesEntriesUnderThePublishedHashes) {
    PublishedLog log;
    log.store.add(600);
    const auto publisher = log.publisher();
    ASSERT_TRUE(publisher->publish_once(kTestTime));
    log.store.add(50);  // committed, not published yet: not in the export
    log.store.entries_[300] = test_entry(7);
    const auto target = log.folder.path() / "export";
    EXPECT_EQ(export_log(log.store, publisher->tiles(), target).value(), 600U);

    const TileStore out(target);
    EXPECT_EQ(out.read_checkpoint(), publisher->tiles().read_checkpoint());
    for (const ledger::TileId& tile : ledger::tiles_between(0, 600)) {
        const auto exported = out.read_tile(tile);
        ASSERT_TRUE(exported) << ledger::tile_path(tile);
        const bool altered = ledger::tile_path(tile) == "tile/entries/001";
        EXPECT_EQ(*exported == *publisher->tiles().read_tile(tile), !altered)
            << ledger::tile_path(tile);
    }
    EXPECT_EQ(ledger::decode_bundle(
                  *out.read_tile(ledger::parse_tile_path("tile/entries/001").value()), 256)
                  ->at(300 - 256),
              test_entry(7));
}

TEST(ExportLog, RefusesWhatItCannotExport) {
    PublishedLog log;
    const auto publisher = log.publisher();
    const auto target = log.folder.path() / "export";
    const auto code = [&] {
        return export_log(log.store, publisher->tiles(), target).error().code();
    };
    EXPECT_EQ(code(), "not_published");
    log.store.add(10);
    ASSERT_TRUE(publisher->publish_once(kTestTime));
    log.store.entries_.resize(9);
    EXPECT_EQ(code(), "entries_missing");
    log.store.entries_.emplace_back(65'536, 'x');
    EXPECT_EQ(code(), "entry_too_large");
    log.store.entries_[9] = test_entry(9);
    write_file_durably(target / "something", "x");
    EXPECT_EQ(code(), "target_not_empty");
}

}  // namespace
}  // namespace suanpan::services
