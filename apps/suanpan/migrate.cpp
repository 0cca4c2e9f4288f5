#include "db/migrate.hpp"

#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

#include <cstdlib>

namespace suanpan::cli {
namespace {

struct MigrateInput {
    std::string database;
};

Result<void> migrate_database(Session& session, const MigrateInput& in) {
    const auto done = db::migrate(in.database);
    if (!done) return fail(done.error());
    session.show({{"schema_version", done->version}, {"applied", done->applied}});
    return {};
}

}  // namespace

// The one command that talks to the database and not to the server: the server starts only on a
// schema that is there.
void add_migration(CLI::App& root, Session& session) {
    add_command<MigrateInput>(
        root, session, "migrate", "Make or update the database's schema (operator)",
        [](CLI::App& app, MigrateInput& in) {
            app.add_option("--database", in.database, "libpq connection string of its owner")
                ->envname("SUANPAN_DATABASE")
                ->required();
        },
        migrate_database);
}

}  // namespace suanpan::cli
