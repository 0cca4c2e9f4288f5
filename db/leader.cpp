#include "db/leader.hpp"

#include "db/sql.hpp"
#include "db/state.hpp"

#include <pqxx/except>

#include <utility>

namespace suanpan::db {
namespace {

// Any two servers on one database must agree on it: never change it.
constexpr std::int64_t kLeaderLock = 0x7375'616e'7061'6e02;

bool take_lock(const Connection& connection) {
    bool taken = false;
    run_transaction(connection, "take_leader_lock", Mode::kWrite, [&taken](Tx& tx) {
        const auto rows =
            run_statement(tx, "take_leader_lock", "SELECT pg_try_advisory_lock($1::bigint)",
                          {std::to_string(kLeaderLock)});
        taken = rows[0][0].as<bool>();
    });
    return taken;
}

std::int64_t grow_epoch(const Connection& connection) {
    std::int64_t epoch = 0;
    run_transaction(connection, "grow_epoch", Mode::kWrite, [&epoch](Tx& tx) {
        // Waits for whoever relies on the epoch as it is: still_leads().
        run_statement(tx, "lock_log_head", "SELECT epoch FROM log_head FOR UPDATE", {});
        const auto rows = run_statement(
            tx, "grow_epoch", "UPDATE log_head SET epoch = epoch + 1 RETURNING epoch", {});
        if (rows.size() != 1) throw BadRow("the log's coordinator row is missing");
        epoch = rows[0][0].as<std::int64_t>();
    });
    return epoch;
}

int backend_of(const Connection& connection) {
    int backend = 0;
    run_transaction(connection, "backend_of", Mode::kRead, [&backend](Tx& tx) {
        backend = run_statement(tx, "backend_of", "SELECT pg_backend_pid()", {})[0][0].as<int>();
    });
    return backend;
}

}  // namespace

std::optional<Leader> Leader::try_lead(const Pool& pool) {
    Connection lock = pool.connect();
    if (!take_lock(lock)) return std::nullopt;
    // Waits for a commit of the leader before, which holds the row: after this it cannot commit.
    const std::int64_t epoch = grow_epoch(lock);
    return Leader(pool, std::move(lock), epoch);
}

Leader::Leader(const Pool& pool, Connection lock, std::int64_t epoch)
    : pool_(&pool), lock_(std::move(lock)), epoch_(epoch) {}

bool Leader::holds_lock() const {
    try {
        return lock_.usable() && backend_of(lock_) != 0;
    } catch (const pqxx::failure&) {
        return false;
    }
}

void Leader::renew_epoch() {
    epoch_ = grow_epoch(lock_);
}

// A batch of readings is an entry of tens of kilobytes, of which pglz makes as little as lz4 does
// in several times the time. A server that was built without lz4 keeps its own way.
NativeSession& Leader::writer() {
    if (writer_) return *writer_;
    writer_.emplace(pool_->conninfo());
    writer_->execute(
        "SELECT set_config('default_toast_compression', 'lz4', false) FROM pg_settings"
        " WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)");
    writer_->finish();
    return *writer_;
}

// Looks rows up by their keys, again and again, in tables that grow quickly: a scan is never right,
// though statistics of a moment ago may say so.
Connection& Leader::reader() {
    if (!reader_ || !reader_->usable()) {
        reader_.reset();
        reader_.emplace(pool_->connect());
        run_transaction(*reader_, "reader_settings", Mode::kStatements, [](Tx& tx) {
            run_statement(tx, "reader_settings", "SET enable_seqscan = off", {});
        });
    }
    return *reader_;
}

void Leader::look_up(std::string_view name, const std::function<void(Tx&)>& work) {
    try {
        run_transaction(reader(), name, Mode::kStatements, work);
    } catch (...) {
        reader_.reset();
        throw;
    }
}

core::Rows Leader::load_state() {
    NativeSession session(pool_->conninfo());
    return db::load_state(session);
}

void Leader::write(Batch& batch, const std::function<void()>& before_commit) {
    batch.epoch = epoch_;
    try {
        write_batch(writer(), batch, before_commit);
    } catch (...) {
        writer_.reset();
        throw;
    }
}

int Leader::lock_backend() const {
    return backend_of(lock_);
}

int Leader::writer_backend() {
    return writer().backend();
}

}  // namespace suanpan::db
