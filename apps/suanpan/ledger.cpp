#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "services/clock.hpp"
#include "services/publishing/check_log.hpp"
#include "services/publishing/log_key.hpp"
#include "services/publishing/log_statements.hpp"
#include "services/publishing/postgres_store.hpp"
#include "services/publishing/restore_log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
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

struct KeyInput {
    std::string data;
    std::string origin;
    bool make = false;
};

// Witnesses must know a log's key before its first checkpoint.
Result<void> show_key(Session& session, const KeyInput& in) {
    const services::LogFiles files{in.data};
    if (in.make) {
        std::filesystem::create_directories(files.data);
        const auto made = services::load_or_make_log_key(files.key());
        if (!made) return fail(made.error());
    }
    const auto keys = services::load_log_keys(files);
    if (!keys) return fail(keys.error());
    session.show({{"key", ledger::to_string(keys->verifiers(in.origin).front())}});
    return {};
}

void add_key_options(CLI::App& app, KeyInput& in) {
    app.add_option("--data", in.data, "the server's data folder")
        ->envname("SUANPAN_DATA")
        ->required();
    app.add_option("--origin", in.origin, "name of the log")->envname("SUANPAN_ORIGIN")->required();
    app.add_flag("--make", in.make, "make it when there is none, for a log that has yet to begin");
}

Time wall_clock() {
    return services::SystemClock().now();
}

Result<void> rotate(Session& session, const LogInput& in) {
    db::Pool database(in.database);
    const auto done =
        services::rotate_log_key(database, services::LogFiles{in.data}, in.origin, wall_clock());
    if (!done) return fail(done.error());
    session.show({{"entry", done->index},
                  {"former_key", ledger::to_string(done->from)},
                  {"key", ledger::to_string(done->to)}});
    return {};
}

struct SucceedInput {
    LogInput log;
    std::string old_key;
    std::string checkpoint;
    std::string old_key_file;
};

Result<void> succeed(Session& session, const SucceedInput& in) {
    const auto key = ledger::parse_verifier_key(in.old_key);
    if (!key) return fail(key.error());
    auto checkpoint = read_file(in.checkpoint);
    if (!checkpoint) return fail(checkpoint.error());
    services::Predecessor old{*key, std::move(*checkpoint), std::nullopt};
    if (!in.old_key_file.empty()) old.key_file = in.old_key_file;
    db::Pool database(in.log.database);
    const auto made = services::succeed_log(database, services::LogFiles{in.log.data},
                                            in.log.origin, old, wall_clock());
    if (!made) return fail(made.error());
    session.show({{"key", ledger::to_string(*made)}, {"follows", in.old_key}});
    return {};
}

void add_succeed_options(CLI::App& app, SucceedInput& in) {
    add_log_options(app, in.log);
    app.add_option("--old-key", in.old_key, "verifier key of the log that is lost")->required();
    app.add_option("--old-checkpoint", in.checkpoint, "file with its last signed checkpoint")
        ->required();
    app.add_option("--old-key-file", in.old_key_file, "file with its signing key, if it is left");
}

}  // namespace

void add_ledger(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "ledger", "The transparency log, and its repair");
    add_command(group, session, "status", "What is signed, published, and waits; the witnesses",
                [](Session& s) { return s.get("/v1/ledger"); });
    add_command<KeyInput>(group, session, "key",
                          "The log's verifier key, out of the data folder (operator)",
                          add_key_options, show_key);
    add_command<LogInput>(group, session, "restore",
                          "Give a database that was set back what was published since (operator; "
                          "stop the server first)",
                          add_log_options, restore);
    add_command<LogInput>(group, session, "fsck",
                          "Hash every row, bundle and tile against the signed root (operator)",
                          add_log_options, fsck);
    add_command<LogInput>(group, session, "rotate",
                          "Change the log's key, by an entry that both sign (operator; stop the "
                          "server first)",
                          add_log_options, rotate);
    add_command<SucceedInput>(group, session, "succeed",
                              "Open a new log, in an empty database, that follows a lost one "
                              "(operator)",
                              add_succeed_options, succeed);
}

}  // namespace suanpan::cli
