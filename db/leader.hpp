#pragma once

// Leadership of the log: an advisory lock held by a connection of its own, and a fencing epoch that
// grows with each leader and is compared in every commit (operations, "Faults"). The lock keeps two
// servers from getting into each other's way; the epoch is what makes it safe.

#include "core/rows.hpp"
#include "db/batch.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace suanpan::db {

// Not thread-safe: one thread owns it.
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

    // In the writer's own connection, which is opened again when it broke.
    core::Rows load_state();
    // `batch.epoch` is filled in here.
    // `before_commit` runs when all is written; what it throws rolls back.
    void write(Batch& batch, const std::function<void()>& before_commit = {});
    void run(std::string_view name, Mode mode, const std::function<void(Tx&)>& work);

    // For tests: the server process behind the lock's connection.
    [[nodiscard]] int lock_backend() const;
    [[nodiscard]] int writer_backend();

 private:
    Leader(const Pool& pool, Connection lock, std::int64_t epoch);
    Connection& writer();

    const Pool* pool_;
    Connection lock_;
    std::optional<Connection> writer_;
    std::int64_t epoch_;
};

}  // namespace suanpan::db
