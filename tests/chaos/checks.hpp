#pragma once

// Whether what the clients were told is what the database and the log say. None of it asks the
// server: it reads the tables as their owner, the log's files from the disk, and replays the log
// through a core of its own.

#include "ledger/checkpoint.hpp"
#include "ledger/policy.hpp"
#include "tests/chaos/history.hpp"
#include "tests/chaos/sql.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace suanpan::chaos {

using Violations = std::vector<Violation>;

/// The eight invariants of the design as far as the tables show them, all at one moment.
Violations check_books(Sql& sql);

/// Of the orders among `exchanges`: each acknowledged one is there, as and where it was said.
Violations check_acknowledged(Sql& sql, const std::vector<Exchange>& exchanges);

/// One command that a client had an answer for, and its place in the log.
struct Claim {
    Kind kind = Kind::kPlace;
    OrganisationId actor;
    int status = 0;
    Json body;
    std::string sent;   // readings: the envelope, as canonical JSON
    std::string where;  // for messages
    std::int64_t index = 0;
    std::int64_t sent_us = 0;
    std::int64_t answered_us = 0;
    bool repeats = false;  // readings: it was accepted before, perhaps by an earlier attempt
};
/// All of a history. What is no claim, or was answered otherwise than the database remembers, is a
/// violation.
struct Claims {
    std::vector<Claim> all;
    Violations violations;
};
Claims find_claims(Sql& sql, const std::vector<Exchange>& exchanges);

/// The log's entries, in order.
std::vector<std::string> read_log(Sql& sql);

struct Replayed {
    Violations violations;
    std::int64_t compared = 0;  // answers that the replay gives too
    std::string digest;         // of the state at its end, in hex
};
/// Replays the log: each claim must be what the rules give at its place, no place is claimed twice,
/// and from `founded` on there is no command that nobody sent.
Replayed check_replay(const std::vector<std::string>& log, const std::vector<Claim>& claims,
                      std::int64_t founded);

/// What was answered before another was sent stands before it in the log.
Violations check_real_time(const std::vector<Claim>& claims);

/// A checkpoint that was seen, and where: "node 0", "database", "node 1's last-signed".
struct SeenCheckpoint {
    std::string where;
    std::string note;
    bool published = false;  // then the policy's witnesses must have cosigned it
};
/// All are of one log, that of the entries; those of one place never shrink. `policy` names the
/// log's key.
Violations check_checkpoints(const std::vector<std::string>& log,
                             const std::vector<SeenCheckpoint>& seen, const ledger::Policy& policy);
std::vector<SeenCheckpoint> stored_checkpoints(Sql& sql);

/// `suanpan-audit verify` and `replay` of a server's files, and the digest of the state: the
/// audit's, `digest` (of our replay), and the one of the tables are equal. Of the main thread.
Violations check_audit(const std::filesystem::path& tiles, const std::filesystem::path& policy,
                       const std::string& digest, const std::string& conninfo);

}  // namespace suanpan::chaos
