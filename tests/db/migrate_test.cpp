#include "db/migrate.hpp"

#include "support/test_database.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace suanpan::db {
namespace {

using support::TestDatabase;

TEST(Migrate, BringsAnEmptyDatabaseUpToDateAndThenDoesNothing) {
    const TestDatabase database;
    const auto files = static_cast<int>(embedded_migrations().size());
    const auto first = migrate(database.conninfo());
    ASSERT_TRUE(first) << first.error().detail();
    EXPECT_EQ(first->applied, files);
    EXPECT_EQ(first->version, files);
    const auto second = migrate(database.conninfo());
    ASSERT_TRUE(second) << second.error().detail();
    EXPECT_EQ(second->applied, 0);
    EXPECT_TRUE(check_schema(database.conninfo()));
    EXPECT_EQ(database.query("SELECT count(*) FROM schema_migration"), std::to_string(files));
}

TEST(Migrate, TwoAtOnceApplyEachFileOnce) {
    const TestDatabase database;
    std::vector<int> applied(4, -1);
    std::vector<std::thread> threads;
    for (int& count : applied) {
        threads.emplace_back([&count, &database] {
            const auto report = migrate(database.conninfo());
            if (report) count = report->applied;
        });
    }
    int sum = 0;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        threads[i].join();
        EXPECT_GE(applied[i], 0);
        sum += applied[i];
    }
    EXPECT_EQ(sum, static_cast<int>(embedded_migrations().size()));
}

TEST(Migrate, RefusesAFileThatWasChangedAfterItWasApplied) {
    const TestDatabase database;
    ASSERT_TRUE(migrate(database.conninfo()));
    auto files = embedded_migrations();
    const std::string changed = std::string(files[2].text) + "\n-- later\n";
    files[2].text = changed;
    for (const auto& error : {migrate(database.conninfo(), files).error(),
                              check_schema(database.conninfo(), files).error()}) {
        EXPECT_EQ(error.code(), "schema_changed");
        EXPECT_NE(error.detail().find(files[2].name), std::string::npos) << error.detail();
    }
}

TEST(Migrate, RefusesADatabaseThatIsNewer) {
    const TestDatabase database;
    ASSERT_TRUE(migrate(database.conninfo()));
    auto files = embedded_migrations();
    const std::string unknown(files.back().name);
    files.pop_back();
    for (const auto& error : {migrate(database.conninfo(), files).error(),
                              check_schema(database.conninfo(), files).error()}) {
        EXPECT_EQ(error.code(), "schema_newer");
        EXPECT_NE(error.detail().find(unknown), std::string::npos) << error.detail();
    }
}

TEST(Migrate, TellsAnOlderDatabaseWhatToRun) {
    const TestDatabase database;
    const auto empty = check_schema(database.conninfo());
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().code(), "schema_older");
    auto files = embedded_migrations();
    files.pop_back();
    ASSERT_TRUE(migrate(database.conninfo(), files));
    const auto older = check_schema(database.conninfo());
    ASSERT_FALSE(older);
    EXPECT_EQ(older.error().code(), "schema_older");
    EXPECT_NE(older.error().detail().find("run `suanpan migrate`"), std::string::npos);
    ASSERT_TRUE(migrate(database.conninfo()));
    EXPECT_TRUE(check_schema(database.conninfo()));
}

TEST(Migrate, ARefusedFileLeavesNothingBehind) {
    const TestDatabase database;
    ASSERT_TRUE(migrate(database.conninfo()));
    auto files = embedded_migrations();
    const int next = static_cast<int>(files.size()) + 1;
    files.push_back({next, "9999_broken.sql", "CREATE TABLE half (a int); SELECT no_such();"});
    const auto refused = migrate(database.conninfo(), files);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "migration_failed");
    EXPECT_EQ(database.query("SELECT to_regclass('half') IS NULL"), "t");
    EXPECT_TRUE(check_schema(database.conninfo()));
}

TEST(Migrate, SaysWhenTheDatabaseDoesNotAnswer) {
    const std::string nowhere = "host=/nonexistent dbname=suanpan";
    for (const auto& error : {migrate(nowhere).error(), check_schema(nowhere).error()}) {
        EXPECT_EQ(error.code(), "database_unreachable");
        EXPECT_NE(error.detail().find("check that PostgreSQL runs"), std::string::npos);
    }
}

}  // namespace
}  // namespace suanpan::db
