#pragma once

// Reads a whole log and holds every entry and every hash tile against each other and against the
// signed root. Bundles are read, hashed and parsed by several threads, some at a time; what depends
// on the log's order is done in its order, so the result is the same with any number of threads.
// Memory: the bundles of two rounds (some 16 MiB each, or twice that and one of the largest a
// thread), and one tile a level.

#include "apps/suanpan-audit/bundle_check.hpp"
#include "apps/suanpan-audit/entry_hook.hpp"
#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/log_source.hpp"
#include "apps/suanpan-audit/tree_check.hpp"
#include "ledger/checkpoint.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace suanpan::audit {

/// How far an audit got: every entry below `size` holds, whatever it is that hooks remember aside.
/// A later run may go on from here, also under a later checkpoint of the log.
struct VerifyPosition {
    std::uint64_t size = 0;  // a multiple of 256
    TreeCheck::OpenTiles open;
    VerifySummary summary;
};

struct VerifyOptions {
    std::vector<EntryHook> hooks;
    std::function<void(std::uint64_t done, std::uint64_t total)> progress{};  // once a bundle
    unsigned threads = 1;
    bool tree_only = false;  // the hashes and the root, not what the entries say: no hooks
    VerifyPosition from{};
    /// Now and then, when the hooks have seen exactly the entries of the position. What it throws
    /// ends the audit.
    std::function<void(const VerifyPosition&)> at_rest{};
};

/// The first fault in log order, or the summary. Codes, beside those of ledger::parse_entry and of
/// the hooks: `missing_tile`, `bad_tile`, `missing_bundle`, `bad_bundle`, `entry_altered`,
/// `tile_altered`, `entries_altered` (with their tile, together), `entries_and_tiles_altered` (no
/// side agrees with the checkpoint), `time_goes_back`, `root_mismatch`, `bad_state` (of
/// options.from).
Audited<VerifySummary> verify_log(LogSource& source, const ledger::Checkpoint& checkpoint,
                                  const VerifyOptions& options);

}  // namespace suanpan::audit
