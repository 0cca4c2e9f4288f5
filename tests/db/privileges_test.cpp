#include "tests/db/fixture.hpp"

#include <pqxx/except>
#include <pqxx/result>
#include <pqxx/transaction_base>

#include <stdexcept>
#include <string>
#include <vector>

namespace suanpan::db {
namespace {

// Each with a column to try a change on.
struct AppendOnly {
    std::string table;
    std::string column;
};
const std::vector<AppendOnly> kAppendOnly{{"candle", "trades"},
                                          {"device_model", "device"},
                                          {"index_value", "trades"},
                                          {"invoice", "net_micro"},
                                          {"journal", "reason"},
                                          {"ledger_entry", "kind"},
                                          {"log_checkpoint", "note"},
                                          {"order_text", "metadata"},
                                          {"organisation_group", "related_group"},
                                          {"reading", "lot_us"},
                                          {"schedule", "log_index"},
                                          {"settlement_line", "sale_micro"},
                                          {"signed_write", "log_index"},
                                          {"site", "hub"},
                                          {"trade", "lots"}};

std::string names_of(const std::vector<AppendOnly>& tables) {
    std::string names;
    for (const AppendOnly& each : tables)
        names += (names.empty() ? "" : " ") + each.table;
    return names;
}

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
    for (const auto& [table, column] : kAppendOnly) {
        for (const std::string& sql : {"DELETE FROM " + table, "TRUNCATE " + table + " CASCADE",
                                       "UPDATE " + table + " SET " + column + " = " + column}) {
            EXPECT_THROW(as_application(sql), pqxx::insufficient_privilege) << sql;
        }
    }
}

// What the application may add to and not change, and what the trigger guards, are the same tables.
TEST_F(Privileges, PrivilegesAndTriggersNameTheSameTables) {
    EXPECT_EQ(
        database.query("SELECT string_agg(relname, ' ' ORDER BY relname::text COLLATE \"C\")"
                       " FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                       " AND relkind = 'r' AND has_table_privilege('suanpan_app', oid, 'INSERT')"
                       " AND NOT has_any_column_privilege('suanpan_app', oid, 'UPDATE')"),
        names_of(kAppendOnly));
    EXPECT_EQ(
        database.query("SELECT string_agg(c.relname, ' ' ORDER BY c.relname::text COLLATE \"C\")"
                       " FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid"
                       " WHERE g.tgname = 'append_only' AND g.tgenabled = 'O'"),
        names_of(kAppendOnly));
}

TEST_F(Privileges, ATriggerStopsTheOwnerToo) {
    database.execute("INSERT INTO ledger_entry VALUES (0, 0, 'tick', gen_random_uuid(), '{}')");
    for (const auto& [table, column] : kAppendOnly) {
        for (const std::string& sql : {"DELETE FROM " + table, "TRUNCATE " + table + " CASCADE",
                                       "UPDATE " + table + " SET " + column + " = " + column,
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
    EXPECT_THROW(as_application(insert + "'{CNY,CNY,CNY}', '{cash,available,held}', '{-5,5,0}'"),
                 pqxx::check_violation);
    // Sums that no 64 bits hold on the way.
    as_application(insert +
                   "'{CNY,CNY}', '{cash,available}', '{-9223372036854775807,9223372036854775807}'");
}

TEST_F(Privileges, WhatADomainForbidsIsRefused) {
    for (const std::string values :
         {"-1, 0, 'tick', gen_random_uuid(), 'x'", "7, 0, 'tick', gen_random_uuid(), ''",
          "7, 0, 'tick', gen_random_uuid(), convert_to(repeat('x', 65536), 'UTF8')"})
        EXPECT_THROW(as_application("INSERT INTO ledger_entry VALUES (" + values + ")"),
                     pqxx::check_violation)
            << values;
    EXPECT_THROW(as_application("UPDATE log_head SET epoch = -1"), pqxx::check_violation);
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
