#pragma once

// The schema's numbered files, part of the program, applied in order, each in a transaction of its
// own. What is applied is never edited: a later file changes it.

#include "base/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::db {

struct Migration {
    int version = 0;        // 1, 2, 3, … without a gap
    std::string_view name;  // "0001_roles.sql"
    std::string_view text;
};

// Those of this program, by version.
std::vector<Migration> embedded_migrations();

struct MigrationReport {
    int version = 0;  // of the schema now
    int applied = 0;  // files applied by this call
};

// Brings the schema up to date. REQUIRES a login that may create roles, or one that is a member of
// them. Two callers at once wait for each other (advisory lock). Errors, each a sentence that says
// what to do: `database_unreachable`, `schema_newer`, `schema_changed`, `migration_failed`.
Result<MigrationReport> migrate(const std::string& conninfo);
Result<MigrationReport> migrate(const std::string& conninfo, std::span<const Migration> files);

// The schema is exactly what this program needs, and the server's role has what it needs. Errors:
// `database_unreachable`, `schema_newer`, `schema_older`, `schema_changed`, `roles_incomplete`.
Result<void> check_schema(const std::string& conninfo);
Result<void> check_schema(const std::string& conninfo, std::span<const Migration> files);

}  // namespace suanpan::db
