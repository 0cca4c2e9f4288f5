#pragma once

#include "db/ledger_store.hpp"
#include "db/pool.hpp"
#include "services/publishing/publisher_store.hpp"

namespace suanpan::services {

/// The publisher's view of PostgreSQL.
class PostgresStore final : public PublisherStore {
 public:
    /// `pool` must outlive the store.
    explicit PostgresStore(db::Pool& pool) : pool_(pool), entries_(pool) {}

    std::vector<std::string> read_entries(std::uint64_t from, std::size_t max) override;
    std::optional<StoredCheckpoint> load_checkpoint() override;
    SwapOutcome compare_and_swap_checkpoint(std::uint64_t old_size,
                                            const StoredCheckpoint& next) override;

 private:
    db::Pool& pool_;
    db::EntryReader entries_;
};

}  // namespace suanpan::services
