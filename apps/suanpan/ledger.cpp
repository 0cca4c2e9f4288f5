#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "services/publishing/check_log.hpp"
#include "services/publishing/log_key.hpp"
#include "services/publishing/postgres_store.hpp"
#include "services/publishing/restore_log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

namespace suanpan::cli {
namespace {

// Where a server keeps a log; named as suanpand's own settings.
struct LogInput {
    std::string database;
    std::string data;
    std::string origin;
};

void add_log_options(CLI::App& app, LogInput& in) {
    app.add_option("--database", in.database, "libpq connection string")
        ->envname("SUANPAN_DATABASE")
        ->required();
    app.add_option("--data", in.data, "the server's data folder")
        ->envname("SUANPAN_DATA")
        ->required();
    app.add_option("--origin", in.origin, "name of the log")->envname("SUANPAN_ORIGIN")->required();
}

// The log's keys: today's, and the one before while both sign.
Result<std::vector<ledger::VerifierKey>> read_log_keys(const LogInput& in) {
    const auto keys = services::load_log_keys(services::LogFiles{in.data});
    if (!keys) return fail(keys.error());
    return keys->verifiers(in.origin);
}

// A line that is written over, on a terminal only.
services::Progress show_progress(const Session& session, const char* what) {
    if (session.json || ::isatty(STDERR_FILENO) == 0) return {};
    return [what](std::uint64_t done, std::uint64_t of) {
        fmt::print(stderr, "\r{} {} of {} entries ({} %)", what, done, of,
                   of == 0 ? 100 : done * 100 / of);
        if (done == of) fmt::print(stderr, "\n");
    };
}

Result<void> restore(Session& session, const LogInput& in) {
    const auto keys = read_log_keys(in);
    if (!keys) return fail(keys.error());
    db::Pool database(in.database);
    const auto done = services::restore_log(database, services::LogFiles{in.data}, *keys,
                                            show_progress(session, "restore:"));
    if (!done) return fail(done.error());
    session.show({{"entries_before", done->from},
                  {"entries", done->to},
                  {"restored", done->to - done->from - done->made},
                  {"made", done->made},
                  {"checkpoint_recorded", done->checkpoint_recorded}});
    return {};
}

Result<void> fsck(Session& session, const LogInput& in) {
    const auto keys = read_log_keys(in);
    if (!keys) return fail(keys.error());
    db::Pool database(in.database);
    services::PostgresStore store(database);
    const auto check = services::check_log(store, services::LogFiles{in.data}, *keys,
                                           show_progress(session, "fsck:"));
    if (!check) return fail(check.error());
    Json out{{"good", !check->damage.has_value()},
             {"signed", check->signed_size},
             {"checked", check->checked},
             {"unpublished", check->unpublished}};
    if (!check->damage) {
        session.show(out);
        return {};
    }
    Json bad{{"where", check->damage->where}, {"detail", check->damage->detail}};
    if (check->damage->index) bad["index"] = *check->damage->index;
    out["bad"] = bad;
    session.show(out);
    return fail("log_damaged",
                (check->damage->index ? "entry " + std::to_string(*check->damage->index) + ", "
                                      : std::string()) +
                    check->damage->where + ": " + check->damage->detail);
}

}  // namespace

void add_ledger(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "ledger", "The transparency log, and its repair");
    add_command(group, session, "status", "What is signed, published, and waits; the witnesses",
                [](Session& s) { return s.get("/v1/ledger"); });
    add_command<LogInput>(group, session, "restore",
                          "Give a database that was set back what was published since (operator; "
                          "stop the server first)",
                          add_log_options, restore);
    add_command<LogInput>(group, session, "fsck",
                          "Hash every row, bundle and tile against the signed root (operator)",
                          add_log_options, fsck);
}

}  // namespace suanpan::cli
