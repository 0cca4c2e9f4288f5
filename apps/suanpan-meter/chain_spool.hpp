#pragma once

// One chain's readings on disk: those that wait to be sent, why some were refused, and where the
// chain stands. A reading is here before anybody sees it, in one record with the state that follows
// from it; so whatever happens, no id is ever given to two readings.

#include "apps/suanpan-meter/journal.hpp"
#include "apps/suanpan-meter/reading_maker.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "settlement/reading.hpp"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::meter {

using ReadingKey = std::pair<std::int64_t, std::int64_t>;  // epoch, seq

struct ChainId {
    LeaseId lease;
    MeterId meter;
    settlement::MeterRole role = settlement::MeterRole::kProvider;
};

// What the server said of a reading, once and for all.
struct ReadingAnswer {
    ReadingKey key;
    std::string result;  // accepted, accepted_with_gap, duplicate, refused
    std::string code;    // of a refusal
    std::string detail;
};

struct RefusedReading {
    ReadingAnswer answer;
    Window window;
};

struct SpoolTotals {
    std::int64_t accepted = 0;  // also with a gap before it, also known before
    std::int64_t refused = 0;
};

struct SpoolContent {
    ChainId id;
    ChainState state;
    std::map<ReadingKey, settlement::Reading> waiting;
    std::deque<RefusedReading> refused;  // the latest kMostRefused
    SpoolTotals totals;
};

inline constexpr std::size_t kMostRefused = 1'000;
// Readings of one record: such a batch has a size that can be read again whatever they carry.
inline constexpr std::size_t kMostInRecord = 32;

// "lse_….mtr_….spool"
std::filesystem::path spool_file(const std::filesystem::path& folder, const ChainId& id);
// Error `bad_spool`.
Result<SpoolContent> parse_spool(const std::vector<std::string>& lines);
// Without a lock and without a change, for looking. Errors: `no_file`, `bad_spool`.
Result<SpoolContent> read_spool(const std::filesystem::path& file);
// All of a folder that can be read, by name.
std::vector<SpoolContent> read_spools(const std::filesystem::path& folder);

// Not thread-safe; one process a folder (see SpoolFolder).
class ChainSpool {
 public:
    // Makes it when there is none; then the chain goes on where another meter's of this lease
    // stopped. A damaged file is put aside: what is good of it is kept, and the chain goes on in a
    // new epoch, for nobody knows which ids were taken. Throws std::system_error.
    ChainSpool(const std::filesystem::path& folder, const ChainId& id);

    [[nodiscard]] const SpoolContent& content() const { return content_; }
    [[nodiscard]] std::uint64_t bytes() const { return journal_->bytes(); }
    // What was put aside at the start; empty when nothing was.
    [[nodiscard]] const std::filesystem::path& damaged() const { return damaged_; }

    // Durable before it returns; after an error (`disk`) nothing has changed. REQUIRES at most
    // kMostInRecord readings, which follow the last ones. Without any, the state alone.
    Result<void> put(const std::vector<settlement::Reading>& readings, const ChainState& state);
    // Readings that were answered wait no more. An answer that cannot be written is forgotten with
    // a restart; the server then gives it again.
    void answer(const std::vector<ReadingAnswer>& answers);
    // Drops what was answered from the file.
    Result<void> compact();

 private:
    void take_over_from_other_meter(const std::filesystem::path& folder);

    SpoolContent content_;
    std::optional<Journal> journal_;
    std::filesystem::path damaged_;
    std::uint64_t compact_bytes_ = 0;
};

}  // namespace suanpan::meter
