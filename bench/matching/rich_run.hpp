#pragma once

#include "bench/matching/rich_report.hpp"

#include <cstdint>
#include <vector>

namespace suanpan::bench {

// What the trades of a run add up to, in sequence.
struct RichTotals {
    std::uint64_t trades = 0;
    std::uint64_t lots = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t hash = 0;  // of the three, message by message
    friend bool operator==(const RichTotals&, const RichTotals&) = default;
};

enum class RichKind : std::uint8_t { kBid, kSell, kCancel };

// One message of a run.
struct RichSample {
    RichKind kind = RichKind::kBid;
    bool traded = false;
    std::uint32_t offers_met = 0;
    std::uint32_t ns = 0;  // 0 unless each message was timed
};

struct RichRun {
    RichTotals totals;
    double seconds = 0;  // the whole stream
    double bytes_a_pool = 0;
    double bytes_an_order = 0;        // that rests
    std::vector<RichSample> samples;  // by message
};

// A market of that scale, loaded and then run through its stream. With `each`, every message is
// timed too, which slows the whole by the clock's cost.
RichRun run_rich(const RichScale& scale, const MakeRichBook& make_book, bool each);

}  // namespace suanpan::bench
