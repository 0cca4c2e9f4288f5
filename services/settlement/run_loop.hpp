#pragma once

// A settlement run from its first command to its last (metering-settlement "Settlement runs").

#include "base/result.hpp"
#include "core/commands.hpp"
#include "db/reader.hpp"
#include "services/clock.hpp"
#include "services/trading/core_loop.hpp"

#include <optional>

namespace suanpan::services {

struct RunRange {
    std::optional<LogIndex> from;  // default: where the last run ended
    std::optional<LogIndex> to;    // default: the log's size now
};

// Thread-safe; waits for commits, so not for network threads.
class SettlementRuns {
 public:
    SettlementRuns(const db::Reader& database, CoreLoop& core, const Clock& clock)
        : database_(database), core_(core), clock_(clock) {}

    // Settles until the run is closed. A range that was closed before gives that run and posts
    // nothing; one that was broken off goes on. Errors: the core's.
    Result<core::RunRow> run(const OrganisationId& actor, const RunRange& range);
    // The range that it would settle: of an open run its own.
    core::Settle next_range(const RunRange& range);

 private:
    struct Exact {
        LogIndex from;
        LogIndex to;
        std::optional<core::RunRow> known;
    };
    Exact resolve(const RunRange& range);

    db::Reader database_;
    CoreLoop& core_;
    const Clock& clock_;
};

}  // namespace suanpan::services
