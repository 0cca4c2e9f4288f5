#pragma once

// What the publisher needs of the database, and nothing more.

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::services {

struct StoredCheckpoint {
    std::uint64_t size = 0;
    Hash root{};
    std::string note;  // the signed checkpoint; without witnesses' lines

    friend bool operator==(const StoredCheckpoint&, const StoredCheckpoint&) = default;
};

enum class SwapOutcome : std::uint8_t {
    kOk,       // durable
    kLost,     // the last checkpoint's size was not `old_size`: nothing was written
    kStale,    // who leads is not who led under `term`: nothing was written
    kUnknown,  // the connection broke during the commit (pqxx::in_doubt_error)
};

/// Called from one thread at a time. A failure of the environment is an exception.
class PublisherStore {
 public:
    virtual ~PublisherStore() = default;

    /// The bytes of the committed entries from, from + 1, … in order, at most `max` of them; none
    /// when the log ends at or before `from`.
    virtual std::vector<std::string> read_entries(std::uint64_t from, std::size_t max) = 0;

    /// The last checkpoint that was swapped in; empty for a log that never had one.
    virtual std::optional<StoredCheckpoint> load_checkpoint() = 0;

    /// The leadership (db/leader) under which checkpoints are swapped in now; another one whenever
    /// this server begins to lead. Empty: nobody leads (tools, tests), and nothing is fenced.
    [[nodiscard]] virtual std::optional<std::int64_t> term() const { return std::nullopt; }

    /// Makes `next` the last checkpoint if the last one's size is `old_size` (0: there is none) and
    /// `term` is still the one in force. One transaction. An exception is taken for kUnknown.
    virtual SwapOutcome compare_and_swap_checkpoint(std::uint64_t old_size,
                                                    const StoredCheckpoint& next,
                                                    std::optional<std::int64_t> term) = 0;
};

}  // namespace suanpan::services
