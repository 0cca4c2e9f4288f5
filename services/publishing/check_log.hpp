#pragma once

// Whether the database, the published bundles and the hash tiles are all of the tree that was
// signed: each byte is hashed anew.

#include "base/result.hpp"
#include "services/publishing/log_records.hpp"
#include "services/publishing/publisher_store.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace suanpan::services {

/// The first thing that is not as signed.
struct LogDamage {
    std::optional<std::uint64_t> index;  // of an entry; empty when it is about no single one
    std::string where;                   // `database`, `bundle`, `tile`, `checkpoint`, `unclear`
    std::string detail;
};

struct LogCheck {
    std::uint64_t signed_size = 0;    // under the last checkpoint
    std::uint64_t checked = 0;        // entries found good, in order from 0
    std::uint64_t unpublished = 0;    // entries of the database behind it, not signed yet
    std::optional<LogDamage> damage;  // empty: all holds
};

/// Reads everything once, with the memory of some tiles. A running server is not disturbed.
/// Errors are only what keeps it from looking: `not_published`.
Result<LogCheck> check_log(PublisherStore& store, const LogFiles& files,
                           std::span<const ledger::VerifierKey> keys, const Progress& progress);

}  // namespace suanpan::services
