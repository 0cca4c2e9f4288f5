#pragma once

#include "bench/matching/rich_report.hpp"

#include <cstdint>
#include <vector>

namespace suanpan::bench {

// How deep in the book bids trade, by brute force over all resting sells and so whatever the engine
// passes unseen. For every 64th bid: the offers that satisfy its requirement and meet its limit, in
// priority order up to the last one that it trades with; all of them where it does not fill.
std::vector<std::uint32_t> offers_before_bids(const RichScale& scale,
                                              const MakeRichBook& make_book);

}  // namespace suanpan::bench
