#pragma once

// What becomes of a delivery after a try.

#include "db/queries/webhook_deliveries.hpp"
#include "services/webhooks/schedule.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace suanpan::services {

// What came of a try: a status, or why there is none.
struct TryOutcome {
    std::optional<std::int64_t> status{};
    std::string problem;  // one sentence; empty when there is a status
};

// Any 2xx is success, all else is not: a redirect is not followed. 410 ends it at once and disables
// the endpoint (`gone`); a delivery that dies disables one that has failed for as long as the rules
// say (`failing`). `chance`: see retry_delay().
db::TryRecord judge_try(const RetryRules& rules, const db::WebhookRow& endpoint,
                        const db::DeliveryRow& delivery, const TryOutcome& outcome, Time now,
                        std::uint32_t chance);

}  // namespace suanpan::services
