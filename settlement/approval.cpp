#include "settlement/approval.hpp"

#include "base/words.hpp"

namespace suanpan::settlement {
namespace {

constexpr Words<ApprovalState, 4> kStateWords("state",
                                              {"requested", "approved", "rejected", "expired"});

Result<void> check_waiting(const Approval& approval, Time now) {
    if (approval.state != ApprovalState::kRequested) {
        return fail("approval_closed",
                    "the request was " + std::string(to_string(approval.state)) + " before");
    }
    if (approval.expires_at <= now) return fail("approval_expired", "the request has expired");
    return {};
}

void decide(Approval& approval, ApprovalState state, std::string_view person, Time now) {
    approval.state = state;
    approval.decided_by = std::string(person);
    approval.decided_at = now;
}

}  // namespace

std::string_view to_string(ApprovalState state) {
    return kStateWords[state];
}
Result<ApprovalState> parse_approval_state(std::string_view text) {
    return kStateWords.parse(text);
}

Result<Approval> request_approval(const ApprovalId& id, std::string_view action,
                                  const Hash& content, std::string_view person, Time now,
                                  Duration validity) {
    const auto expires = checked_add(now.value, validity.value);
    if (action.empty() || person.empty() || validity.value <= 0 || !expires) {
        return fail("bad_approval", "a request names its action, its person, and for how long");
    }
    Approval out;
    out.id = id;
    out.action = action;
    out.content = content;
    out.requested_by = person;
    out.requested_at = now;
    out.expires_at = Time(*expires);
    return out;
}

Result<void> approve(Approval& approval, const Hash& content, std::string_view person, Time now) {
    if (auto waiting = check_waiting(approval, now); !waiting) return waiting;
    if (approval.content != content) {
        return fail("approval_differs", "this is not what the first person asked for");
    }
    if (person.empty() || approval.requested_by == person) {
        return fail("same_person", "the second word must be another person's");
    }
    decide(approval, ApprovalState::kApproved, person, now);
    return {};
}

Result<void> reject(Approval& approval, std::string_view person, Time now) {
    if (auto waiting = check_waiting(approval, now); !waiting) return waiting;
    decide(approval, ApprovalState::kRejected, person, now);
    return {};
}

bool expire_approval(Approval& approval, Time now) {
    if (approval.state != ApprovalState::kRequested || approval.expires_at > now) return false;
    approval.state = ApprovalState::kExpired;
    approval.decided_at = approval.expires_at;
    return true;
}

}  // namespace suanpan::settlement
