#pragma once

// A copy of the published log whose entry bundles come from the database: with it, suanpan-audit
// tells whether the database's ledger is still what was published, and names the first entry that
// is not.

#include "base/result.hpp"
#include "services/publishing/publisher_store.hpp"
#include "services/publishing/tile_store.hpp"

#include <cstdint>
#include <filesystem>

namespace suanpan::services {

/// Writes the published checkpoint and hash tiles as they are, and bundles of the database's
/// entries, to `target`, which must be empty or missing. Gives the number of entries.
/// Errors: `not_published`, `target_not_empty`, `entries_missing` (the database holds fewer than
/// the checkpoint says), `entry_too_large`, those of reading tiles.
Result<std::uint64_t> export_log(PublisherStore& store, const TileStore& published,
                                 const std::filesystem::path& target);

}  // namespace suanpan::services
