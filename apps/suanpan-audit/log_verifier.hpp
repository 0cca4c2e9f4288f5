#pragma once

// Reads a whole log, bundle by bundle, and holds every entry and every hash tile against each other
// and against the signed root. Memory: one bundle and one tile a level.

#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/log_source.hpp"
#include "base/json.hpp"
#include "base/units.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/entry.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::audit {

/// One entry, after its place in the tree and its form were found right. Valid during the call.
struct EntryView {
    std::uint64_t index;
    std::string_view bytes;
    const ledger::EntryHeader& header;
    const Json& body;
};

/// Further checks of entries of one kind; all hooks see the entries in log order, each hook in the
/// order it was added. An error becomes the audit's fault at that index.
struct EntryHook {
    std::string kind;  // empty: every kind
    std::function<Result<void>(const EntryView&)> check;
};

struct VerifyOptions {
    std::vector<EntryHook> hooks;
    std::function<void(std::uint64_t done, std::uint64_t total)> progress;  // once a bundle
};

struct VerifySummary {
    std::uint64_t entries = 0;
    std::uint64_t entry_bytes = 0;
    std::uint64_t bundles = 0;
    std::uint64_t hash_tiles = 0;
    std::optional<Time> first_time;
    std::optional<Time> last_time;
    std::map<std::string, std::uint64_t> kinds;
    std::map<std::string, std::uint64_t> auth;  // by the field `auth` of entries that have one
};

/// The first fault in log order, or the summary. Codes, beside those of ledger::parse_entry and of
/// the hooks: `missing_tile`, `bad_tile`, `missing_bundle`, `bad_bundle`, `entry_altered`,
/// `tile_altered`, `entries_altered` (with their tile, together), `entries_and_tiles_altered` (no
/// side agrees with the checkpoint), `time_goes_back`, `root_mismatch`.
Audited<VerifySummary> verify_log(LogSource& source, const ledger::Checkpoint& checkpoint,
                                  const VerifyOptions& options);

}  // namespace suanpan::audit
