#pragma once

// The quick way through a batch that a meter made (make_batch): one look at its bytes, and no tree
// of JSON. Private to settlement/.

#include "settlement/reading.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace suanpan::settlement {

inline constexpr std::string_view kReadingEventType = "org.suanpan.reading.v1";
inline constexpr std::string_view kReadingSpecVersion = "1.0";
std::string reading_source(const MeterId& meter);

// What parse_batch() gives for this payload. Nothing for a payload that has a fault, or is written
// in a way that make_batch() does not: the slow way then says what is wrong with it.
std::optional<ReadingBatch> scan_batch(std::string_view payload);
// The slow way, whatever the payload.
Result<ReadingBatch> parse_batch_tree(std::string_view payload);

}  // namespace suanpan::settlement
