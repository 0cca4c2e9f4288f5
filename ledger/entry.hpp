#pragma once

// What every log entry has in common (ledger "Entries"): RFC 8785 canonical JSON, at most 65,535
// bytes, with `kind`, `v` (the number 1), `time` and `salt`. What else a kind holds is read by who
// knows that kind. Unknown kinds and versions are refused, never skipped.

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <span>
#include <string>
#include <string_view>

namespace suanpan::ledger {

struct EntryHeader {
    std::string kind;  // one of entry_kinds()
    Time time;         // the log's time: never before the entry before it
    std::string salt;  // 32 lower-case hexadecimal digits
    std::string auth;  // how the log knows who said it, if the entry says so; as it is, unchecked
};

std::span<const std::string_view> entry_kinds();
bool is_entry_kind(std::string_view kind);

/// Errors, in this order: `entry_too_large`, those of parse_json, `not_canonical`, `bad_entry`
/// (not an object, or a common field is missing or malformed), `unknown_version`, `unknown_kind`.
/// On success `body`, when given, is the whole entry; without it the entry is read several times
/// faster.
Result<EntryHeader> parse_entry(std::string_view bytes, Json* body = nullptr);

}  // namespace suanpan::ledger
