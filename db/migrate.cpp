#include "db/migrate.hpp"

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "db/conninfo.hpp"
#include "generated/db_files.hpp"

#include <pqxx/connection>
#include <pqxx/except>
#include <pqxx/result>
#include <pqxx/transaction>

#include <charconv>
#include <optional>
#include <stdexcept>

namespace suanpan::db {
namespace {

// Any two programs that migrate one database must agree on it: never change it.
constexpr std::int64_t kMigrationLock = 0x7375'616e'7061'6e01;

struct Applied {
    int version = 0;
    std::string name;
    std::string sha256;
};

std::string checksum(std::string_view text) {
    return to_hex(as_chars(sha256(text)));
}

bool has_table(pqxx::transaction_base& tx) {
    return tx.exec1("SELECT to_regclass('public.schema_migration') IS NOT NULL")[0].as<bool>();
}

std::vector<Applied> load_applied(pqxx::transaction_base& tx) {
    std::vector<Applied> applied;
    if (!has_table(tx)) return applied;
    const auto rows =
        tx.exec("SELECT version, name, sha256 FROM schema_migration ORDER BY version");
    for (const auto& row : rows)
        applied.push_back({row[0].as<int>(), row[1].as<std::string>(), row[2].as<std::string>()});
    return applied;
}

// What was applied is what these files say, as far as both go.
Result<void> check_applied(const std::vector<Applied>& applied, std::span<const Migration> files) {
    for (std::size_t i = 0; i < applied.size(); ++i) {
        const Applied& row = applied[i];
        if (i >= files.size() || row.version != files[i].version) {
            return fail("schema_newer",
                        "the database's schema has file " + row.name +
                            ", which this program does not know: run the program that belongs to "
                            "the database, or a newer one");
        }
        if (row.name != files[i].name || row.sha256 != checksum(files[i].text)) {
            return fail("schema_changed",
                        "the schema file " + row.name +
                            " was changed after it had been applied (applied: " + row.sha256 +
                            ", in this program: " + checksum(files[i].text) +
                            "): bring the old text back and put the change into a new file");
        }
    }
    return {};
}

Error unreachable(const std::exception& problem) {
    std::string reason = problem.what();
    while (!reason.empty() && (reason.back() == '\n' || reason.back() == ' '))
        reason.pop_back();
    return Error("database_unreachable",
                 "the database does not answer (" + reason +
                     "): check that PostgreSQL runs and that the connection string is right");
}

std::string quiet(const std::string& conninfo) {
    return with_parameters(conninfo, {{"options", "-c client_min_messages=warning"},
                                      {"application_name", "suanpan-migrate"},
                                      {"connect_timeout", "5"}});
}

// Roles belong to the cluster: a database that was brought to another one may find them without
// what the schema's files gave them there.
Result<void> check_roles(pqxx::transaction_base& tx) {
    const auto row = tx.exec1(
        "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'suanpan_app' AND rolbypassrls),"
        " (SELECT count(DISTINCT (m.roleid, m.member)) FROM pg_auth_members AS m"
        "  JOIN pg_roles AS r ON r.oid = m.roleid JOIN pg_roles AS o ON o.oid = m.member"
        "  WHERE (r.rolname, o.rolname) IN (('suanpan_tenant', 'suanpan_arbiter'),"
        "   ('suanpan_arbiter', 'suanpan_app'))) = 2");
    if (row[0].as<bool>() && row[1].as<bool>()) return {};
    return fail("roles_incomplete",
                "the server's role in this PostgreSQL lacks what the schema needs: let a superuser "
                "run, once, \"ALTER ROLE suanpan_app BYPASSRLS; GRANT suanpan_tenant TO "
                "suanpan_arbiter; GRANT suanpan_arbiter TO suanpan_app\"");
}

void make_table(pqxx::connection& connection) {
    pqxx::work tx(connection, "make_schema_migration");
    if (has_table(tx)) return;
    tx.exec(
        "CREATE TABLE schema_migration ("
        " version integer PRIMARY KEY CHECK (version > 0),"
        " name text NOT NULL UNIQUE,"
        " sha256 text NOT NULL,"
        " applied_at timestamptz NOT NULL DEFAULT now())");
    tx.commit();
}

void apply(pqxx::connection& connection, const Migration& file) {
    pqxx::work tx(connection, std::string(file.name));
    // The first file makes the role that owns what the others make.
    if (file.version > 1) tx.exec("SET LOCAL ROLE suanpan_owner");
    tx.exec(std::string(file.text), std::string(file.name));
    tx.exec("RESET ROLE");
    tx.exec_params("INSERT INTO schema_migration (version, name, sha256) VALUES ($1, $2, $3)",
                   file.version, std::string(file.name), checksum(file.text));
    tx.commit();
}

Result<MigrationReport> migrate_locked(pqxx::connection& connection,
                                       std::span<const Migration> files) {
    make_table(connection);
    std::vector<Applied> applied;
    {
        pqxx::work tx(connection, "load_applied");
        applied = load_applied(tx);
    }
    if (auto same = check_applied(applied, files); !same) return fail(same.error());
    MigrationReport report{static_cast<int>(applied.size()), 0};
    for (const Migration& file : files.subspan(applied.size())) {
        try {
            apply(connection, file);
        } catch (const pqxx::sql_error& problem) {
            return fail("migration_failed",
                        "the schema file " + std::string(file.name) +
                            " was refused, and nothing of it was done: " + problem.what());
        }
        report.version = file.version;
        report.applied += 1;
    }
    return report;
}

int version_of(std::string_view name) {
    int version = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), version);
    if (error != std::errc{} || end != name.data() + 4)
        throw std::logic_error("a schema file is not called 0001_name.sql");
    return version;
}

}  // namespace

std::vector<Migration> embedded_migrations() {
    constexpr std::string_view kFolder = "migrations/";
    std::vector<Migration> files;
    for (const GeneratedFile& file : generated_files()) {
        if (!file.name.starts_with(kFolder)) continue;
        const std::string_view name = file.name.substr(kFolder.size());
        files.push_back({version_of(name), name, file.text});
        if (files.back().version != static_cast<int>(files.size()))
            throw std::logic_error("the schema files are not numbered without a gap");
    }
    return files;
}

Result<MigrationReport> migrate(const std::string& conninfo) {
    return migrate(conninfo, embedded_migrations());
}

Result<MigrationReport> migrate(const std::string& conninfo, std::span<const Migration> files) {
    try {
        pqxx::connection connection(quiet(conninfo));
        {
            // Held by the session: it covers the transactions of all files.
            pqxx::work tx(connection, "lock_schema");
            tx.exec_params("SELECT pg_advisory_lock($1)", kMigrationLock);
            tx.commit();
        }
        return migrate_locked(connection, files);
    } catch (const pqxx::broken_connection& problem) {
        return fail(unreachable(problem));
    } catch (const pqxx::sql_error& problem) {
        return fail("migration_failed",
                    std::string("the schema cannot be brought up to date: ") + problem.what());
    }
}

Result<void> check_schema(const std::string& conninfo) {
    return check_schema(conninfo, embedded_migrations());
}

Result<void> check_schema(const std::string& conninfo, std::span<const Migration> files) {
    try {
        pqxx::connection connection(quiet(conninfo));
        pqxx::work tx(connection, "check_schema");
        const std::vector<Applied> applied = load_applied(tx);
        if (auto same = check_applied(applied, files); !same) return same;
        if (applied.size() == files.size()) return check_roles(tx);
        return fail("schema_older",
                    applied.empty()
                        ? std::string("the database has no schema yet: run `suanpan migrate`")
                        : "the database's schema ends with " + applied.back().name +
                              ", this program needs " + std::string(files.back().name) +
                              ": run `suanpan migrate`");
    } catch (const pqxx::broken_connection& problem) {
        return fail(unreachable(problem));
    } catch (const pqxx::sql_error& problem) {
        return fail("schema_unreadable",
                    std::string("the database does not let this program read its schema's "
                                "version: ") +
                        problem.what());
    }
}

}  // namespace suanpan::db
