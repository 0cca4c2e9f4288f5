#include "tests/db/fixture.hpp"

#include <pqxx/except>
#include <pqxx/result>
#include <pqxx/transaction_base>

#include <stdexcept>
#include <string>

namespace suanpan::db {
namespace {

constexpr const char* kAppendOnly[] = {"ledger_entry", "log_checkpoint", "trade", "settlement_line",
                                       "journal"};

class Privileges : public MigratedDatabase {
 protected:
    void as_application(const std::string& sql) {
        pool.write("test", [&sql](Tx& tx) { tx.exec(sql); });
    }
    // The application role, whatever the login is.
    std::string role() {
        return pool.read(
            "test", [](Tx& tx) { return tx.exec1("SELECT current_user")[0].as<std::string>(); });
    }
};

TEST_F(Privileges, ThePoolActsAsTheApplication) {
    EXPECT_EQ(role(), "suanpan_app");
}

TEST_F(Privileges, TheApplicationMayNotChangeWhatIsAppendOnly) {
    for (const std::string table : kAppendOnly) {
        EXPECT_THROW(as_application("DELETE FROM " + table), pqxx::insufficient_privilege);
        EXPECT_THROW(as_application("TRUNCATE " + table), pqxx::insufficient_privilege);
    }
    EXPECT_THROW(as_application("UPDATE ledger_entry SET bytes = 'x'"),
                 pqxx::insufficient_privilege);
    EXPECT_THROW(as_application("UPDATE journal SET amounts_micro = '{}'"),
                 pqxx::insufficient_privilege);
    EXPECT_THROW(as_application("UPDATE reading SET lot_us = 0"), pqxx::insufficient_privilege);
}

TEST_F(Privileges, ATriggerStopsTheOwnerToo) {
    database.execute("INSERT INTO ledger_entry VALUES (0, 0, 'tick', gen_random_uuid(), '{}')");
    for (const std::string table : kAppendOnly) {
        for (const std::string& sql : {"DELETE FROM " + table, "TRUNCATE " + table,
                                       "SET ROLE suanpan_owner; DELETE FROM " + table}) {
            try {
                database.execute(sql);
                ADD_FAILURE() << sql;
            } catch (const std::runtime_error& problem) {
                EXPECT_NE(std::string(problem.what()).find("append-only"), std::string::npos)
                    << problem.what();
            }
        }
    }
    EXPECT_THROW(database.execute("UPDATE ledger_entry SET kind = 'x'"), std::runtime_error);
    EXPECT_EQ(database.query("SELECT kind FROM ledger_entry"), "tick");
}

TEST_F(Privileges, TheApplicationOwnsNothingAndMakesNoTables) {
    EXPECT_THROW(as_application("CREATE TABLE mine (a int)"), pqxx::insufficient_privilege);
    EXPECT_THROW(as_application("DROP TABLE orders"), pqxx::sql_error);
    EXPECT_THROW(as_application("INSERT INTO log_head DEFAULT VALUES"),
                 pqxx::insufficient_privilege);
    EXPECT_EQ(
        database.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
                       " AND tableowner <> 'suanpan_owner' AND tablename <> 'schema_migration'"),
        "0");
}

TEST_F(Privileges, AJournalEntryMustBalanceInEachCurrency) {
    const std::string insert =
        "INSERT INTO journal (id, time_s, reason, log_index, organisations, currencies, accounts,"
        " amounts_micro) SELECT gen_random_uuid(), 0, 'deposit', 0,"
        " ARRAY[gen_random_uuid(), gen_random_uuid()], ";
    as_application(insert + "'{CNY,CNY}', '{cash,available}', '{-5,5}'");
    EXPECT_THROW(as_application(insert + "'{CNY,CNY}', '{cash,available}', '{-5,6}'"),
                 pqxx::check_violation);
    EXPECT_THROW(as_application(insert + "'{CNY,EUR}', '{cash,available}', '{-5,5}'"),
                 pqxx::check_violation);
    EXPECT_THROW(as_application(insert + "'{CNY,CNY}', '{cash,available}', '{5}'"),
                 pqxx::check_violation);
}

TEST_F(Privileges, ReadersReadNoSecrets) {
    for (const std::string role : {"suanpan_readonly", "suanpan_auditor"}) {
        const std::string as = "SET ROLE " + role + "; ";
        EXPECT_NO_THROW(database.execute(as + "SELECT index FROM ledger_entry"));
        EXPECT_THROW(database.execute(as + "SELECT key_hash FROM api_key"), std::runtime_error);
        EXPECT_THROW(database.execute(as + "SELECT body FROM idempotency"), std::runtime_error);
        EXPECT_THROW(database.execute(as + "INSERT INTO ledger_entry SELECT"), std::runtime_error);
    }
    EXPECT_THROW(database.execute("SET ROLE suanpan_auditor; SELECT name FROM organisation_name"),
                 std::runtime_error);
}

}  // namespace
}  // namespace suanpan::db
