#include "services/webhooks/verdict.hpp"

namespace suanpan::services {

namespace {

constexpr std::int64_t kGone = 410;
constexpr std::size_t kLongestProblem = 200;

bool is_success(const TryOutcome& outcome) {
    return outcome.status && *outcome.status >= 200 && *outcome.status < 300;
}

std::string problem_of(const TryOutcome& outcome) {
    if (is_success(outcome)) return {};
    if (outcome.status) return "it answered " + std::to_string(*outcome.status);
    return outcome.problem.substr(0, kLongestProblem);
}

}  // namespace

db::TryRecord judge_try(const RetryRules& rules, const db::WebhookRow& endpoint,
                        const db::DeliveryRow& delivery, const TryOutcome& outcome, Time now,
                        std::uint32_t chance) {
    db::TryRecord record;
    record.delivery = delivery.id;
    record.endpoint = endpoint.id;
    record.at = now;
    record.status = outcome.status;
    record.problem = problem_of(outcome);
    const std::int64_t tries = delivery.tries + 1;
    if (is_success(outcome)) {
        record.state = "delivered";
    } else if (outcome.status == kGone) {
        record.state = "dead";
        record.disabled_by = "gone";
    } else if (tries < rules.tries) {
        record.state = "pending";
        record.next_try = Time(now.value + retry_delay(rules, tries, chance).value);
    } else {
        record.state = "dead";
        if (endpoint.failing_since &&
            now.value - endpoint.failing_since->value >= rules.dying.value)
            record.disabled_by = "failing";
    }
    return record;
}

}  // namespace suanpan::services
