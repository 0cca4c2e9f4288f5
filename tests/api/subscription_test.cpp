#include "api/streaming/subscription.hpp"

#include "tests/api/told.hpp"

#include <gtest/gtest.h>

namespace suanpan::api {
namespace {

class SubscriptionTest : public testing::Test {
 protected:
    std::shared_ptr<test::Told> told_ = std::make_shared<test::Told>();
    Subscription subscription_{test::outlet_to(told_), Channel{Channel::Kind::kOrders, {}}, {}};
};

TEST_F(SubscriptionTest, SnapshotThenWhatFollowsItWithoutAGap) {
    subscription_.change(LogIndex(5), "[5]");  // the snapshot has it
    subscription_.change(LogIndex(7), "[7]");  // and this
    subscription_.change(LogIndex(8), "[8]");
    EXPECT_TRUE(told_->messages.empty());
    subscription_.begin(LogIndex(7), "[1,2]", true);
    subscription_.change(LogIndex(6), "[6]");  // told late: the snapshot has it
    subscription_.change(LogIndex(7), "[7]");
    subscription_.change(LogIndex(9), "[9]");

    ASSERT_EQ(told_->messages.size(), 3U);
    EXPECT_EQ(told_->messages[0], Json::parse(R"({"type":"snapshot","channel":"orders","seq":0,
        "log_size":7,"complete":true,"items":[1,2]})"));
    EXPECT_EQ(told_->messages[1], Json::parse(R"({"type":"changes","channel":"orders","seq":1,
        "log_size":8,"items":[8]})"));
    EXPECT_EQ(told_->messages[2]["seq"], 2);
}

TEST_F(SubscriptionTest, AFixingIsToldOnceAlthoughTheLogDoesNotGrow) {
    subscription_.fix(Time(3'600), "[1]");  // the snapshot has it
    subscription_.fix(Time(7'200), "[2]");
    subscription_.change(LogIndex(8), "[8]");
    subscription_.begin(LogIndex(7), "[1]", true, Time(3'600));
    subscription_.fix(Time(3'600), "[1]");
    subscription_.fix(Time(10'800), "[3]");

    ASSERT_EQ(told_->messages.size(), 4U);
    EXPECT_EQ(told_->messages[1], Json::parse(R"({"type":"changes","channel":"orders","seq":1,
        "log_size":7,"items":[2]})"));
    EXPECT_EQ(told_->messages[2]["items"], Json::parse("[8]"));
    EXPECT_EQ(told_->messages[3], Json::parse(R"({"type":"changes","channel":"orders","seq":3,
        "log_size":8,"items":[3]})"));
}

TEST_F(SubscriptionTest, TooMuchBeforeTheSnapshotBeginsAnew) {
    for (int i = 0; i < 1'100; ++i)
        subscription_.change(LogIndex(i), std::string(1'000, ' '));
    EXPECT_EQ(told_->closed, CloseCode::kResync);
    ASSERT_FALSE(told_->messages.empty());
    EXPECT_EQ(told_->messages[0]["type"], "resync");
}

TEST_F(SubscriptionTest, WhoHasLeftTheChannelHearsNoLateSnapshot) {
    subscription_.end();
    subscription_.begin(LogIndex(7), "[]", true);
    subscription_.change(LogIndex(8), "[8]");
    EXPECT_TRUE(told_->messages.empty());
}

TEST_F(SubscriptionTest, ABeatIsSentOnlyWhereNothingElseWas) {
    const auto& outlet = subscription_.outlet();
    outlet->beat();
    ASSERT_EQ(told_->messages.size(), 1U);
    EXPECT_EQ(told_->messages[0], Json::parse(R"({"type":"heartbeat","counter":1})"));
    subscription_.begin(LogIndex(1), "[]", true);
    outlet->beat();
    EXPECT_EQ(told_->messages.size(), 2U);
    outlet->beat();
    ASSERT_EQ(told_->messages.size(), 3U);
    EXPECT_EQ(told_->messages[2]["counter"], 3);
}

}  // namespace
}  // namespace suanpan::api
