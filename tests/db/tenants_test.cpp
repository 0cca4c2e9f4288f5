// The second wall between tenants: what PostgreSQL shows to suanpan_tenant, whatever is asked.
#include "base/random.hpp"
#include "tests/db/fixture.hpp"
#include "tests/db/tenants_world.hpp"

#include <fmt/format.h>
#include <pqxx/except>
#include <pqxx/result>
#include <pqxx/transaction_base>

#include <map>
#include <set>

namespace suanpan::db {
namespace {

// What every tenant may read as it is, and why.
const std::map<std::string, std::string> kEverybodys{
    {"arbiter_key", "who rules disputes, and by which key, is for all to check"},
    {"attestation", "what a pool was measured to do is why it is chosen"},
    {"device_model", "the catalogue"},
    {"entry_time", "when an entry was made; not what it says"},
    {"log_head", "the log's size and time, which every checkpoint says"},
    {"market", "what is traded"},
    {"meter_side", "for which side a meter speaks; neither whose it is nor its keys"},
    {"own_lease", "a view that shows the tenant's own"},
    {"period", "which months are closed; not the sums"},
    {"pool", "what is offered"},
    {"pool_occupation", "of what a calendar is made; not who has it"},
    {"schedule", "fees and rules"},
    {"site", "where it is offered"},
    {"site_name", "where it is offered"},
};

class Tenants : public MigratedDatabase {
 protected:
    std::string names(const std::string& of_relations) {
        return database.query(
            "SELECT coalesce(string_agg(c.relname, ' ' ORDER BY c.relname::text COLLATE \"C\"), '')"
            " FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND " +
            of_relations);
    }
    // All rows of a table that the reader is shown, by name.
    static std::string seen(const Reader& reader, const Sight& sight) {
        return reader.read("test", [&sight](Tx& tx) {
            std::set<std::string> rows;
            for (const auto& row : tx.exec("SELECT " + sight.label + "::text FROM " + sight.table))
                rows.insert(name_of(row[0].as<std::string>()));
            std::string out;
            // Numbers in their order, as names in theirs.
            const auto add = [&out](const std::string& name) {
                out += (out.empty() ? "" : " ") + name;
            };
            std::map<std::pair<std::size_t, std::string>, std::string> sorted;
            for (const std::string& name : rows) {
                const bool number = name.find_first_not_of("0123456789") == std::string::npos;
                sorted[{number ? name.size() : 0, name}] = name;
            }
            for (const auto& [order, name] : sorted)
                add(name);
            return out;
        });
    }
};

// A new table is either under policies, or everybody's for a reason, or not a tenant's to read.
TEST_F(Tenants, EveryTableIsAccountedFor) {
    const std::string granted = "has_any_column_privilege('suanpan_tenant', c.oid, 'SELECT')";
    std::string expected;
    for (const auto& [table, reason] : kEverybodys)
        expected += (expected.empty() ? "" : " ") + table;
    EXPECT_EQ(names(granted + " AND NOT c.relrowsecurity"), expected)
        << "a table that tenants may read needs a policy, or a reason in this test";
    std::string under;
    for (const Sight& sight : sights())
        under += (under.empty() ? "" : " ") + sight.table;
    EXPECT_EQ(names(granted + " AND c.relrowsecurity"), under)
        << "a table with a policy needs rows and a line in tenants_world.cpp";
    EXPECT_EQ(names("c.relrowsecurity AND NOT " + granted), "");
    // Whoever may read all of a table is shown all of it.
    EXPECT_EQ(names("c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy AS p"
                    " WHERE p.polrelid = c.oid AND p.polname = 'everything')"),
              "");
    EXPECT_EQ(names("EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid)"
                    " AND NOT c.relrowsecurity"),
              "");
}

TEST_F(Tenants, WriteAndOwnNothing) {
    for (const std::string role : {"suanpan_tenant", "suanpan_arbiter"}) {
        EXPECT_EQ(names(fmt::format("(has_any_column_privilege('{0}', c.oid, 'INSERT, UPDATE')"
                                    " OR has_table_privilege('{0}', c.oid,"
                                    " 'DELETE, TRUNCATE, TRIGGER')"
                                    " OR pg_get_userbyid(c.relowner) = '{0}')",
                                    role)),
                  "");
        EXPECT_EQ(database.query(
                      fmt::format("SELECT has_schema_privilege('{}', 'public', 'CREATE')", role)),
                  "f");
    }
    const Reader buyer = Reader::of_tenant(pool, organisation_of("buyer"));
    for (const std::string sql :
         {"SELECT currencies FROM period", "SELECT amounts_micro FROM period",
          "SELECT body FROM idempotency", "SELECT 1 FROM operator_request",
          "SELECT 1 FROM readable_ledger_entry"}) {
        EXPECT_THROW(buyer.read("test", [&sql](Tx& tx) { tx.exec(sql); }),
                     pqxx::insufficient_privilege)
            << sql;
    }
}

// The writer's COPY needs it, and nobody else has it.
TEST_F(Tenants, OnlyTheApplicationIsExempt) {
    EXPECT_EQ(database.query("SELECT string_agg(rolname, ' ') FROM pg_roles WHERE rolbypassrls"
                             " AND rolname LIKE 'suanpan%'"),
              "suanpan_app");
    EXPECT_EQ(database.query("SELECT pg_has_role('suanpan_app', 'suanpan_arbiter', 'MEMBER')"
                             " AND pg_has_role('suanpan_arbiter', 'suanpan_tenant', 'USAGE')"
                             " AND NOT pg_has_role('suanpan_tenant', 'suanpan_app', 'MEMBER')"),
              "t");
    EXPECT_EQ(database.query("SELECT count(*) FROM pg_proc AS f"
                             " WHERE f.pronamespace = 'public'::regnamespace AND f.prosecdef"
                             " AND has_function_privilege('public', f.oid, 'EXECUTE')"),
              "0");
}

TEST_F(Tenants, SeeTheirOwnAndNothingElse) {
    fill(database);
    for (const Sight& sight : sights()) {
        for (const std::string& viewer : viewers()) {
            const auto expected = sight.seen.find(viewer);
            EXPECT_EQ(seen(reader_of(pool, viewer), sight),
                      expected == sight.seen.end() ? "" : expected->second)
                << sight.table << ", " << viewer;
        }
        const std::string all = database.query("SELECT count(*) FROM " + sight.table);
        EXPECT_NE(all, "0") << sight.table;
        for (const std::string role : {"suanpan_app", "suanpan_readonly", "suanpan_auditor"}) {
            if (database.query(fmt::format("SELECT has_table_privilege('{}', '{}', 'SELECT')", role,
                                           sight.table)) == "t") {
                EXPECT_EQ(database.query(fmt::format("SET ROLE {}; SELECT count(*) FROM {}", role,
                                                     sight.table)),
                          all)
                    << sight.table << ", " << role;
            }
        }
    }
}

// No `suanpan.organisation`: not the word of a reader that forgot it, and not what is left of one.
TEST_F(Tenants, NobodySeesNothing) {
    fill(database);
    for (const Sight& sight : sights()) {
        for (const std::string settings :
             {"", "SET suanpan.organisation = ''; SET suanpan.organisation_id = ''; "}) {
            for (const std::string role : {"suanpan_tenant", "suanpan_arbiter"}) {
                const bool rules = role == "suanpan_arbiter" &&
                                   (sight.table == "dispute" || sight.table == "reading");
                const std::string count = database.query(fmt::format(
                    "{}SET ROLE {}; SELECT count(*) FROM {}", settings, role, sight.table));
                EXPECT_EQ(count == "0", !rules) << sight.table << ", " << role << ": " << count;
            }
        }
    }
}

TEST_F(Tenants, AConnectionKeepsNothingOfWhomItServed) {
    Pool::Options options;
    options.size = 1;
    Pool one(database.conninfo(), options);
    const std::string who =
        "SELECT pg_backend_pid() || ' ' || current_user || ' ' ||"
        " coalesce(current_setting('suanpan.organisation', true), '')";
    const auto ask = [&who](Tx& tx) { return tx.exec1(who)[0].as<std::string>(); };
    const std::string pid = one.read(
        "test", [](Tx& tx) { return tx.exec1("SELECT pg_backend_pid()")[0].as<std::string>(); });
    const Reader buyer = Reader::of_tenant(one, organisation_of("buyer"));
    const Reader judge = Reader::of_arbiter(one, organisation_of("judge"));
    EXPECT_EQ(buyer.read("test", ask), pid + " suanpan_tenant " + uuid_of("buyer"));
    EXPECT_EQ(one.read("test", ask), pid + " suanpan_app ");
    EXPECT_EQ(judge.snapshot("test", ask), pid + " suanpan_arbiter " + uuid_of("judge"));
    EXPECT_THROW(buyer.read("test", [](Tx& tx) { tx.exec("SELECT 1/0"); }), pqxx::sql_error);
    EXPECT_EQ(one.write("test", ask), pid + " suanpan_app ");
    EXPECT_EQ(Reader::of_tenant(one, {}).read("test", ask), pid + " suanpan_tenant ");
    EXPECT_EQ(Reader::of_all(one).read("test", ask), pid + " suanpan_app ");
}

// A broken connection is replaced, and the new one acts as the tenant too.
TEST_F(Tenants, ARepeatedReadIsTheTenantsStill) {
    const Reader buyer = Reader::of_tenant(pool, organisation_of("buyer"));
    int calls = 0;
    const auto user = buyer.read("test", [&](Tx& tx) {
        if (++calls == 1) {
            const auto pid = tx.exec1("SELECT pg_backend_pid()")[0].as<std::string>();
            database.execute("SELECT pg_terminate_backend(" + pid + ", 5000)");
        }
        return tx.exec1("SELECT current_user")[0].as<std::string>();
    });
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(user, "suanpan_tenant");
}

TEST_F(Tenants, IdsInEntriesAreReadAsTheProgramReadsThem) {
    for (int i = 0; i < 200; ++i) {
        const auto id = random_id<LeaseId>(Time(1'000'000 * i));
        EXPECT_EQ(database.query("SELECT id_of('lse', '" + to_string(id) + "')"),
                  to_uuid(id.bytes));
    }
    const std::string good = to_string(random_id<LeaseId>(Time(0)));
    for (const std::string& bad : {std::string(), good.substr(1), good.substr(0, good.size() - 1),
                                   good + "0", "lse_8" + good.substr(5), "dsp" + good.substr(3),
                                   good.substr(0, 10) + "u" + good.substr(11)})
        EXPECT_EQ(database.query("SELECT id_of('lse', '" + bad + "') IS NULL"), "t") << bad;
}

}  // namespace
}  // namespace suanpan::db
