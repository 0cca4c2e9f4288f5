#include "services/webhooks/event_types.hpp"

#include <algorithm>
#include <array>

namespace suanpan::services {

namespace {

constexpr std::array kTypes = std::to_array<std::string_view>(
    {"order.accepted",        "order.updated",       "order.partially_filled", "order.filled",
     "order.cancelled",       "order.expired",       "order.rejected",         "lease.scheduled",
     "lease.provisioning",    "lease.active",        "lease.released",         "lease.completed",
     "lease.defaulted",       "lease.terminated",    "dispute.opened",         "dispute.evidence",
     "dispute.agreed",        "dispute.ruled",       "dispute.lapsed",         "settlement.line",
     "settlement.correction", "invoice.issued",      "statement.ready",        "deposit.requested",
     "deposit.approved",      "deposit.rejected",    "deposit.expired",        "deposit.reversed",
     "withdrawal.requested",  "withdrawal.approved", "withdrawal.rejected",    "withdrawal.expired",
     "withdrawal.reversed",   "reversal.requested",  "reversal.approved",      "reversal.rejected",
     "reversal.expired"});

}  // namespace

std::span<const std::string_view> webhook_event_types() {
    return kTypes;
}

Result<std::string> parse_event_type(std::string_view text) {
    if (text == kAllEvents || std::ranges::find(kTypes, text) != kTypes.end())
        return std::string(text);
    return fail("unknown_word", "there is no event '" + std::string(text.substr(0, 60)) +
                                    "': name some as order.filled, or * for all");
}

}  // namespace suanpan::services
