#include "api/json/cancelled.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suanpan::api {
namespace {

using matching::EndReason;
using matching::OrderState;

const Time kNow(1'800'000'000);

core::OrderRow ended(const OrganisationId& organisation, OrderState state, EndReason reason) {
    core::OrderRow row;
    row.view.terms.id = random_id<OrderId>(kNow);
    row.view.terms.organisation = organisation;
    row.view.terms.market = {"AI-FP16", "CNY"};
    row.view.state = state;
    row.view.end_reason = reason;
    return row;
}

// The answer showed every order the command had touched, those of others that traded included.
TEST(CancelledJson, ShowsTheOrdersThatWereAskedForOnly) {
    const auto own = random_id<OrganisationId>(kNow);
    const auto other = random_id<OrganisationId>(kNow);
    core::CommandOutcome outcome;
    outcome.orders = {ended(own, OrderState::kCancelled, EndReason::kByRequest),
                      ended(other, OrderState::kCancelled, EndReason::kByRequest),
                      ended(own, OrderState::kFilled, EndReason::kNone),
                      ended(other, OrderState::kPartiallyFilled, EndReason::kNone),
                      ended(own, OrderState::kCancelled, EndReason::kSelfTrade)};
    const Json mine = cancelled_json(outcome, EndReason::kByRequest, own);
    ASSERT_EQ(mine["cancelled"].size(), 1U);
    EXPECT_EQ(mine["cancelled"][0]["organisation"], to_string(own));
    EXPECT_EQ(mine["cancelled_count"], 1);
    EXPECT_EQ(cancelled_json(outcome, EndReason::kByRequest, std::nullopt)["cancelled_count"], 2);
    EXPECT_EQ(cancelled_json(outcome, EndReason::kKillSwitch, own)["cancelled"], Json::array());
}

TEST(CancelledJson, CountsWhatItDoesNotShow) {
    const auto own = random_id<OrganisationId>(kNow);
    core::CommandOutcome outcome;
    outcome.orders.assign(kMostCancelledShown + 1,
                          ended(own, OrderState::kCancelled, EndReason::kByRequest));
    const Json body = cancelled_json(outcome, EndReason::kByRequest, own);
    EXPECT_EQ(body["cancelled"].size(), kMostCancelledShown);
    EXPECT_EQ(body["cancelled_count"], kMostCancelledShown + 1);
}

}  // namespace
}  // namespace suanpan::api
