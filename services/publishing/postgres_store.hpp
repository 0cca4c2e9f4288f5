#pragma once

#include "db/ledger_store.hpp"
#include "db/pool.hpp"
#include "services/publishing/publisher_store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::services {

/// The publisher's view of PostgreSQL.
class PostgresStore final : public PublisherStore {
 public:
    /// `pool` must outlive the store.
    explicit PostgresStore(db::Pool& pool) : pool_(pool), entries_(pool) {}

    std::vector<std::string> read_entries(std::uint64_t from, std::size_t max) override;
    std::optional<StoredCheckpoint> load_checkpoint() override;
    [[nodiscard]] std::optional<std::int64_t> term() const override {
        return read_term_ ? read_term_() : std::nullopt;
    }
    SwapOutcome compare_and_swap_checkpoint(std::uint64_t old_size, const StoredCheckpoint& next,
                                            std::optional<std::int64_t> term) override;

    /// From now on a checkpoint is swapped in only under the epoch that this gives. To be said
    /// before a thread publishes.
    void fence_with(std::function<std::optional<std::int64_t>()> read_term) {
        read_term_ = std::move(read_term);
    }

 private:
    db::Pool& pool_;
    db::EntryReader entries_;
    std::function<std::optional<std::int64_t>()> read_term_;
};

}  // namespace suanpan::services
