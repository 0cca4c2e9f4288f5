#pragma once

// One bundle of entries, as far as it can be checked without those before it: on any thread.

#include "apps/suanpan-audit/entry_hook.hpp"
#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/log_source.hpp"
#include "base/bytes.hpp"
#include "base/units.hpp"
#include "ledger/tile.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace suanpan::audit {

/// What an audit counts as it reads.
struct VerifySummary {
    std::uint64_t entries = 0;
    std::uint64_t entry_bytes = 0;
    std::uint64_t bundles = 0;
    std::uint64_t hash_tiles = 0;  // in the end only
    std::optional<Time> first_time;
    std::optional<Time> last_time;
    std::map<std::string, std::uint64_t> kinds;
    std::map<std::string, std::uint64_t>
        auth;  // by the word `auth` of entries that have one; unknown words are `other`
};

struct CheckedBundle {
    std::uint64_t first = 0;  // index of its first entry
    unsigned width = 0;
    std::string bytes;
    std::vector<Hash> leaves;  // of all its entries, or of those before the fault
    Hash subtree{};            // of a full bundle: the root over its leaves
    /// The first leaf that is not the one of the served hash tile.
    std::optional<unsigned> unlike;
    /// The first fault in the form of an entry or of the bundle; at an index.
    std::optional<Fault> fault;
    VerifySummary counts;  // of the entries before the fault

    struct Step {
        std::uint64_t index = 0;
        OrderedStep run;
    };
    std::vector<Step> steps;  // in the log's order
};

struct BundlePlan {
    std::uint64_t log_size = 0;
    bool tree_only = false;  // hashes, not what the entries say
    std::span<const EntryHook> hooks;
};

/// REQUIRES that a log of this size has bundle `n`.
CheckedBundle check_bundle(LogSource& source, std::uint64_t n, const BundlePlan& plan);

/// What a tile or bundle that could not be read says about the log. `first`: the first entry below
/// it.
Fault unreadable(const ledger::TileId& tile, std::uint64_t first, const Error& error);

}  // namespace suanpan::audit
