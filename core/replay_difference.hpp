#pragma once

// Where an entry of the log is not what the rules give: the first member that differs, in the order
// in which the rules make them, and the rule that stands behind it. Pure.

#include "base/units.hpp"

#include <string>
#include <string_view>

namespace suanpan::core {

struct Difference {
    LogIndex index;
    std::string kind;      // of the entry that the rules give; of the log's when they give none
    std::string rule;      // "market §5 step 3 (the maker's limit price)"
    std::string path;      // JSON pointer (RFC 6901); empty: the whole entry
    std::string expected;  // what the rules give there, as JSON, or "nothing"
    std::string found;     // what the log has there, as JSON, or "nothing"
};

/// Either entry may be empty: the rules give none, or the log ends. `after_auction`: a call closed
/// earlier in the same command.
Difference find_difference(LogIndex index, std::string_view expected, std::string_view found,
                           bool after_auction);

/// One sentence.
std::string to_string(const Difference& difference);

}  // namespace suanpan::core
