#pragma once

#include "db/migrate.hpp"
#include "db/pool.hpp"
#include "support/test_database.hpp"

#include <gtest/gtest.h>

namespace suanpan::db {

// A migrated database and a pool that acts as the application.
class MigratedDatabase : public testing::Test {
 protected:
    void SetUp() override {
        const auto report = migrate(database.conninfo());
        ASSERT_TRUE(report) << report.error().detail();
    }

    support::TestDatabase database;
    Pool pool{database.conninfo()};
};

}  // namespace suanpan::db
