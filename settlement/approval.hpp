#pragma once

// Two persons for what one must not do alone: deposits, withdrawals and their reversals
// (metering-settlement "Accounts").

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace suanpan::settlement {

enum class ApprovalState : std::uint8_t { kRequested, kApproved, kRejected, kExpired };
std::string_view to_string(ApprovalState state);
Result<ApprovalState> parse_approval_state(std::string_view text);  // `unknown_word`

struct Approval {
    ApprovalId id;
    std::string action;  // a stable word: `deposit`, `withdrawal`, …
    Hash content{};      // SHA-256 of what is to be done: the second person's word is for that
    std::string requested_by;  // a person's stable handle, never a name
    Time requested_at;
    Time expires_at;
    ApprovalState state = ApprovalState::kRequested;
    std::optional<std::string> decided_by;  // absent when it expired
    std::optional<Time> decided_at;
    friend bool operator==(const Approval&, const Approval&) = default;
};

// Error `bad_approval`: no person, no action, or a validity that is not above zero.
Result<Approval> request_approval(const ApprovalId& id, std::string_view action,
                                  const Hash& content, std::string_view person, Time now,
                                  Duration validity);
// The caller does what was asked for in the same step: an approval is used once. Errors, in order
// of precedence: `approval_closed`, `approval_expired`, `approval_differs` (other content than was
// asked for), `same_person`.
Result<void> approve(Approval& approval, const Hash& content, std::string_view person, Time now);
// By anybody, also by who asked. Errors: `approval_closed`, `approval_expired`.
Result<void> reject(Approval& approval, std::string_view person, Time now);
// True when it has expired by `now` and nobody had decided. It expires at its time, whenever it is
// asked.
bool expire_approval(Approval& approval, Time now);

}  // namespace suanpan::settlement
