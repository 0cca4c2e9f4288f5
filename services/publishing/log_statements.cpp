#include "services/publishing/log_statements.hpp"

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "db/leader.hpp"
#include "db/queries/log.hpp"
#include "ledger/succession.hpp"
#include "services/durable_file.hpp"
#include "services/publishing/log_applier.hpp"
#include "services/publishing/log_key.hpp"

#include <filesystem>
#include <utility>
#include <variant>

namespace suanpan::services {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSaltBytes = 16;

std::string make_salt() {
    return to_hex(random_bytes(kSaltBytes));
}

Result<db::Leader> take_lead(db::Pool& database) {
    auto leader = db::Leader::try_lead(database);
    if (leader) return std::move(*leader);
    return fail("leader_runs",
                "a server runs the market on this database: stop it, then run this again");
}

ledger::VerifierKey verifier_of(const std::string& origin, const SigningKey& key) {
    return ledger::make_verifier_key(origin, ledger::KeyType::kEd25519, key.public_key());
}

// The entry that says so, when the log has it.
std::optional<std::uint64_t> find_rotation(db::Pool& database, const ledger::VerifierKey& from,
                                           const ledger::VerifierKey& to) {
    const auto rows = database.read("list_log_statements", db::list_log_statements);
    for (const db::EntryRow& row : rows) {
        const auto statement = ledger::read_log_statement(row.bytes);
        if (!statement) continue;
        const auto* rotation = std::get_if<ledger::Rotation>(&*statement);
        if (rotation != nullptr && rotation->from == from && rotation->to == to)
            return static_cast<std::uint64_t>(row.index.value);
    }
    return std::nullopt;
}

// The new key takes the old one's place in one step.
Result<void> exchange_keys(const LogFiles& files) {
    const auto current = load_log_key(files.key());
    if (!current) return fail(current.error());
    const auto next = load_or_make_log_key(files.next_key());
    if (!next) return fail(next.error());
    fs::create_hard_link(files.key(), files.former_key());
    sync_folder(files.data, Disk::real());
    fs::rename(files.next_key(), files.key());
    sync_folder(files.data, Disk::real());
    return {};
}

// What another log left there would stop the new one's publisher for good.
Result<void> check_fresh(const LogFiles& files) {
    for (const fs::path& path : {files.tiles(), files.last_signed(), files.key()}) {
        if (!fs::exists(path)) continue;
        return fail("folder_not_empty",
                    path.string() + " is of another log: give the new one a fresh data folder");
    }
    return {};
}

}  // namespace

Result<Rotated> rotate_log_key(db::Pool& database, const LogFiles& files, const std::string& origin,
                               Time now) {
    auto leader = take_lead(database);
    if (!leader) return fail(leader.error());
    // A run that ended between the link and the renaming.
    if (fs::exists(files.former_key()) && fs::exists(files.next_key()))
        fs::rename(files.next_key(), files.key());
    if (!fs::exists(files.former_key())) {
        if (const auto done = exchange_keys(files); !done) return fail(done.error());
    }
    const auto keys = load_log_keys(files);
    if (!keys) return fail(keys.error());
    if (!keys->former)
        return fail("bad_log_key", "log.key and log.key.former are one key: remove the latter");
    Rotated rotated{0, verifier_of(origin, *keys->former), verifier_of(origin, keys->current)};
    if (const auto known = find_rotation(database, rotated.from, rotated.to)) {
        return fail("rotation_open", "the log's key was changed by entry " +
                                         std::to_string(*known) +
                                         " and the former one still signs; when all who read the "
                                         "log know the new one, remove " +
                                         files.former_key().string() + " and restart the server");
    }
    const std::string note =
        ledger::sign_rotation({rotated.from, rotated.to, now}, *keys->former, keys->current);
    LogApplier applier(*leader);
    rotated.index = applier.size();
    // At the log's own last moment: a statement does not move the market's time.
    const Time time = applier.market().head().last_time;
    const auto taken = applier.next(ledger::rotation_entry(note, time, make_salt()));
    if (!taken) return fail(taken.error());
    applier.finish();
    return rotated;
}

Result<ledger::VerifierKey> succeed_log(db::Pool& database, const LogFiles& files,
                                        const std::string& origin, const Predecessor& old,
                                        Time now) {
    if (origin == old.key.name) {
        return fail("same_origin", "the new log needs a name of its own: readers of " + origin +
                                       " would take it for a fork");
    }
    const auto last = ledger::open_checkpoint(old.checkpoint, old.key);
    if (!last) return fail(last.error());
    auto leader = take_lead(database);
    if (!leader) return fail(leader.error());
    LogApplier applier(*leader);
    if (applier.size() != 0) {
        return fail("log_not_empty", "the database holds a log of " +
                                         std::to_string(applier.size()) +
                                         " entries: make a fresh one (suanpan migrate)");
    }
    if (const auto fresh = check_fresh(files); !fresh) return fail(fresh.error());
    fs::create_directories(files.data);
    const auto key = load_or_make_log_key(files.key());
    if (!key) return fail(key.error());
    std::optional<SigningKey> old_key;
    if (old.key_file) {
        auto loaded = load_log_key(*old.key_file);
        if (!loaded) return fail(loaded.error());
        old_key = std::move(*loaded);
        if (verifier_of(old.key.name, *old_key) != old.key)
            return fail("bad_log_key", old.key_file->string() + " is not the old log's key");
    }
    const auto to = verifier_of(origin, *key);
    const ledger::Checkpoint& tree = last->checkpoint;
    const std::string note = ledger::sign_succession({old.key, to, tree.size, tree.root, now},
                                                     old_key ? &*old_key : nullptr, *key);
    const auto taken =
        applier.next(ledger::succession_entry(note, old.checkpoint, now, make_salt()));
    if (!taken) return fail(taken.error());
    applier.finish();
    return to;
}

}  // namespace suanpan::services
