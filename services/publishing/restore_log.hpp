#pragma once

// A database that was set back gets again what was published after its back-up (ledger
// "Publishing"): the entries' bytes as they are, and the state that they lead to, made by the core
// exactly as a replay makes it.

#include "base/result.hpp"
#include "db/pool.hpp"
#include "services/publishing/log_records.hpp"

#include <cstdint>
#include <span>

namespace suanpan::services {

struct RestoredLog {
    std::uint64_t from = 0;  // what the database had
    std::uint64_t to = 0;    // what it has now: the last checkpoint's size
    std::uint64_t made = 0;  // entries beyond it that its last command had to have
    bool checkpoint_recorded = false;
};

/// Before anything is written, all entries, the database's and the published ones, are hashed and
/// must give the signed root. Then the missing ones are applied in transactions of some thousand
/// entries; killed in between, it goes on where it was.
/// What never was in the log is not in it now: names, API keys, free texts and stored answers of
/// what is re-applied. When the database has no entry at all, the operator's API key is taken from
/// the data folder.
/// Errors: `leader_runs`, `not_published`, `bad_checkpoint_record`, `entries_changed` (with the
/// first index that differs), `tiles_damaged`, `replay_differs`, those of reading tiles.
Result<RestoredLog> restore_log(db::Pool& database, const LogFiles& files,
                                std::span<const ledger::VerifierKey> keys,
                                const Progress& progress);

}  // namespace suanpan::services
