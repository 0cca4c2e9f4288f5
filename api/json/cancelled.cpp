#include "api/json/cancelled.hpp"

#include "api/json/render.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::api {

Json cancelled_json(const core::CommandOutcome& outcome, matching::EndReason reason,
                    const std::optional<OrganisationId>& organisation) {
    Json shown = Json::array();
    std::size_t count = 0;
    for (const core::OrderRow& order : outcome.orders) {
        const matching::OrderView& view = order.view;
        if (view.state != matching::OrderState::kCancelled || view.end_reason != reason) continue;
        if (organisation && view.terms.organisation != *organisation) continue;
        if (count++ < kMostCancelledShown) shown.push_back(to_json(order));
    }
    return {{"cancelled", std::move(shown)}, {"cancelled_count", count}};
}

}  // namespace suanpan::api
