#pragma once

// What a log says of itself (ledger/succession.hpp), written by the operator's commands while no
// server runs: a change of its key, and that it follows a log that was lost.

#include "base/result.hpp"
#include "base/units.hpp"
#include "db/pool.hpp"
#include "ledger/note.hpp"
#include "services/publishing/log_records.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace suanpan::services {

struct Rotated {
    std::uint64_t index = 0;  // of the entry
    ledger::VerifierKey from;
    ledger::VerifierKey to;
};
/// Makes a new key, `log.key`; the old one becomes `log.key.former`. From then on both sign, until
/// the operator takes the old one away. Killed at any step, the next call finishes it.
/// Errors: `leader_runs`, `rotation_open` (the last change is not over: the former key is still
/// there), those of load_log_key.
Result<Rotated> rotate_log_key(db::Pool& database, const LogFiles& files, const std::string& origin,
                               Time now);

struct Predecessor {
    ledger::VerifierKey key;
    std::string checkpoint;                         // its last, signed
    std::optional<std::filesystem::path> key_file;  // its signing key, unless that is lost
};
/// Opens a log in an empty database: its first entry carries the old log's last checkpoint. Gives
/// the new log's key, made in a data folder that holds no other log's.
/// Errors: `leader_runs`, `log_not_empty`, `folder_not_empty`, `same_origin`, `bad_statement`,
/// those of open_checkpoint and load_log_key.
Result<ledger::VerifierKey> succeed_log(db::Pool& database, const LogFiles& files,
                                        const std::string& origin, const Predecessor& old,
                                        Time now);

}  // namespace suanpan::services
