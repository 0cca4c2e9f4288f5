#pragma once

// Applies entries that are in the log already: the core says what state they lead to, the database
// gets both. Inside services/ only.

#include "base/result.hpp"
#include "core/market.hpp"
#include "db/batch.hpp"
#include "db/leader.hpp"

#include <cstdint>
#include <deque>
#include <string>

namespace suanpan::services {

class LogApplier {
 public:
    /// Loads the market. `leader` must outlive it.
    explicit LogApplier(db::Leader& leader);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// The entry at the next index. Errors: `bad_entry`, `replay_differs`, those of
    /// ledger::read_log_statement.
    Result<void> next(const std::string& entry);
    /// Makes what the last command must still have, with fresh salts, and writes the rest. Gives
    /// how many entries were made.
    std::uint64_t finish();
    /// Rows for the next transaction that the log does not hold.
    void add_side(db::PlacedSideRow row) { batch_.side.push_back(std::move(row)); }
    [[nodiscard]] const core::Market& market() const { return market_; }

 private:
    Result<void> apply(const std::string& entry, const std::string& plain);
    void keep(std::string kind, const CommandId& cause, Time time, std::string bytes);
    void write();

    db::Leader& leader_;
    core::Market market_;
    std::deque<core::EntryDraft> expected_;
    Time time_;  // of the last command
    std::uint64_t size_ = 0;
    db::Batch batch_;
};

}  // namespace suanpan::services
