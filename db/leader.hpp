#pragma once

// Leadership of the log: an advisory lock held by a connection of its own, and a fencing epoch that
// grows with each leader and is compared in every commit (operations, "Faults"). The lock keeps two
// servers from getting into each other's way; the epoch is what makes it safe.

#include "core/rows.hpp"
#include "db/batch.hpp"
#include "db/native_session.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace suanpan::db {

// Not thread-safe, but for this: one thread may be in write() while another is in look_up(): the
// two have connections of their own.
class Leader {
 public:
    // Nothing when another server holds the lock. Throws when the database cannot be reached.
    static std::optional<Leader> try_lead(const Pool& pool);

    [[nodiscard]] std::int64_t epoch() const { return epoch_; }
    // The lock's connection still answers. A round trip.
    [[nodiscard]] bool holds_lock() const;
    // A new epoch, after which no transaction that began before can commit: whatever became of an
    // unknown commit is then decided. Throws when the lock's connection is gone.
    void renew_epoch();

    core::Rows load_state();
    // Statements that find single rows by their keys, each by itself.
    void look_up(std::string_view name, const std::function<void(Tx&)>& work);
    // One batch, one transaction; `batch.epoch` is filled in here. A connection that failed is
    // opened again by the next call. `before_commit`: see write_batch().
    void write(Batch& batch, const std::function<void()>& before_commit = {});

    // For tests: the server process behind the lock's connection.
    [[nodiscard]] int lock_backend() const;
    [[nodiscard]] int writer_backend();

 private:
    Leader(const Pool& pool, Connection lock, std::int64_t epoch);
    NativeSession& writer();
    Connection& reader();

    const Pool* pool_;
    Connection lock_;
    std::optional<Connection> reader_;
    std::optional<NativeSession> writer_;
    std::int64_t epoch_;
};

}  // namespace suanpan::db
