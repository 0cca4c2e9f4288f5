#include "services/publishing/postgres_store.hpp"

#include <pqxx/except>

namespace suanpan::services {

std::vector<std::string> PostgresStore::read_entries(std::uint64_t from, std::size_t max) {
    const LogIndex first(static_cast<std::int64_t>(from));
    const auto count = static_cast<std::int64_t>(max);
    return entries_.read(first, count);
}

std::optional<StoredCheckpoint> PostgresStore::load_checkpoint() {
    const auto row = pool_.read("load_checkpoint", db::load_checkpoint);
    if (!row) return std::nullopt;
    return StoredCheckpoint{static_cast<std::uint64_t>(row->size), row->root, row->note};
}

SwapOutcome PostgresStore::compare_and_swap_checkpoint(std::uint64_t old_size,
                                                       const StoredCheckpoint& next,
                                                       std::optional<std::int64_t> term) {
    if (term != this->term()) return SwapOutcome::kStale;
    const db::CheckpointRow row{static_cast<std::int64_t>(next.size), next.root, next.note};
    try {
        return pool_.write("swap_checkpoint", [&](db::Tx& tx) {
            if (term && !db::still_leads(tx, *term)) return SwapOutcome::kStale;
            const bool swapped = db::swap_checkpoint(tx, static_cast<std::int64_t>(old_size), row);
            return swapped ? SwapOutcome::kOk : SwapOutcome::kLost;
        });
    } catch (const pqxx::in_doubt_error&) {
        return SwapOutcome::kUnknown;
    }
}

}  // namespace suanpan::services
