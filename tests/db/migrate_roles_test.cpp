// Roles are the cluster's: in a PostgreSQL of its own, where nobody has made them yet.
#include "db/migrate.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <chrono>
#include <string>

namespace suanpan::db {
namespace {

class MigrateRoles : public testing::Test {
 protected:
    void SetUp() override {
        ASSERT_EQ(postgres("start"), 0) << output_;
        const auto begin = output_.find("host=");
        ASSERT_NE(begin, std::string::npos) << output_;
        cluster_ = output_.substr(begin, output_.find('\n', begin) - begin);
    }
    void TearDown() override { EXPECT_EQ(postgres("stop"), 0) << output_; }

    int postgres(const std::string& what) {
        support::ChildProcess script({std::string(SUANPAN_SOURCE_DIR) + "/deploy/private-postgres",
                                      {what, postgres_.path().string()},
                                      {},
                                      logs_.path() / (what + ".log")});
        const auto status = script.wait(std::chrono::minutes(2));
        output_ = script.output();
        return status.value_or(-1);
    }
    void as_superuser(const std::string& sql) {
        pqxx::connection connection(cluster_);
        pqxx::nontransaction(connection).exec(sql);
    }
    // In a connection string the last of two equal keywords counts.
    [[nodiscard]] std::string as_owner() const { return cluster_ + " user=keeper dbname=market"; }

    support::TempDir postgres_;  // becomes that of the account that runs it
    support::TempDir logs_;
    std::string output_;
    std::string cluster_;
};

TEST_F(MigrateRoles, SayWhichOneStatementASuperuserHasToRun) {
    as_superuser("CREATE ROLE keeper LOGIN CREATEROLE");
    as_superuser("CREATE DATABASE market OWNER keeper");
    const auto refused = migrate(as_owner());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "migration_failed");
    const std::string statement = "ALTER ROLE suanpan_app BYPASSRLS";
    EXPECT_NE(refused.error().detail().find(statement), std::string::npos)
        << refused.error().detail();
    as_superuser(statement);
    const auto done = migrate(as_owner());
    ASSERT_TRUE(done) << done.error().detail();
    EXPECT_TRUE(check_schema(as_owner()));

    // A database that was brought from elsewhere finds roles that are not as it left them.
    for (const std::string taken :
         {"ALTER ROLE suanpan_app NOBYPASSRLS", "REVOKE suanpan_arbiter FROM suanpan_app",
          "REVOKE suanpan_tenant FROM suanpan_arbiter"}) {
        as_superuser(taken);
        const auto incomplete = check_schema(as_owner());
        ASSERT_FALSE(incomplete) << taken;
        EXPECT_EQ(incomplete.error().code(), "roles_incomplete");
        const std::string& detail = incomplete.error().detail();
        const auto begin = detail.find("\"ALTER") + 1;
        as_superuser(detail.substr(begin, detail.rfind('"') - begin));
        EXPECT_TRUE(check_schema(as_owner())) << taken;
    }
}

}  // namespace
}  // namespace suanpan::db
