#include "api/webhooks/event_maker.hpp"

#include "support/seed.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::api {
namespace {

template <typename IdType>
IdType numbered(std::uint8_t number) {
    IdType id;
    id.bytes[15] = number;
    return id;
}

const OrganisationId kBuyer = numbered<OrganisationId>(1);
const OrganisationId kProvider = numbered<OrganisationId>(2);
const OrganisationId kOwner = numbered<OrganisationId>(3);

class EventMakerTest : public testing::Test {
 protected:
    void wish(const OrganisationId& who, const std::vector<std::string>& events) {
        auto wishes = std::make_shared<services::WebhookWishes>(*wishes_);
        wishes->add(who, events);
        wishes_ = wishes;
    }
    // What is told of these changes, as "organisation's number: type".
    std::vector<std::string> tell(core::Rows rows, bool durable = true) {
        batch_ = db::Batch();
        batch_.expected = size_;
        batch_.changes = std::move(rows);
        batch_.changes.head.size = LogIndex(size_.value + 10);
        batch_.changes.head.last_time = Time(1'800'000'000);
        maker_.add_events(batch_);
        if (durable) {
            maker_.committed();
            size_ = batch_.changes.head.size;
        }
        std::vector<std::string> out;
        for (const db::WebhookEventRow& event : batch_.events)
            out.push_back(std::to_string(event.organisation.bytes[15]) + ": " + event.type);
        return out;
    }
    [[nodiscard]] Json data(std::size_t at) const {
        return Json::parse(batch_.events.at(at).payload)["data"];
    }
    // Of an entry of the next batch.
    [[nodiscard]] LogIndex now() const { return LogIndex(size_.value + 1); }

    std::shared_ptr<const services::WebhookWishes> wishes_ =
        std::make_shared<services::WebhookWishes>();
    services::SystemClock clock_;
    int wakes_ = 0;
    EventMaker maker_{[this] { return wishes_; }, clock_, [this] { ++wakes_; }};
    db::Batch batch_;
    LogIndex size_{100};
};

using Told = std::vector<std::string>;

core::OrderRow order_of(const OrganisationId& whose, matching::OrderState state, LogIndex index) {
    core::OrderRow row;
    row.view.terms.id = numbered<OrderId>(7);
    row.view.terms.organisation = whose;
    row.view.terms.market = {"AI-FP16", "CNY"};
    row.view.state = state;
    row.index = index;
    return row;
}

core::LeaseRow lease_in(core::LeaseState state) {
    core::LeaseRow row;
    row.id = numbered<LeaseId>(9);
    row.buyer = kBuyer;
    row.provider = kProvider;
    row.market = {"AI-FP16", "CNY"};
    row.project = numbered<ProjectId>(4);
    row.state = state;
    return row;
}

core::Rows rows_of(const core::LeaseRow& lease) {
    core::Rows rows;
    rows.leases = {lease};
    return rows;
}

core::Rows rows_of(const core::OrderRow& order) {
    core::Rows rows;
    rows.orders = {order};
    return rows;
}

TEST_F(EventMakerTest, TellsNothingThatNobodyWants) {
    EXPECT_EQ(tell(rows_of(lease_in(core::LeaseState::kScheduled))), Told{});
    wish(kBuyer, {"lease.completed"});
    EXPECT_EQ(tell(rows_of(lease_in(core::LeaseState::kActive))), Told{});
    EXPECT_EQ(wakes_, 0);
    EXPECT_EQ(tell(rows_of(lease_in(core::LeaseState::kCompleted))), Told{"1: lease.completed"});
    EXPECT_EQ(wakes_, 1);
}

TEST_F(EventMakerTest, AnOrderIsToldByItsStateAfterTheCommit) {
    using matching::OrderState;
    wish(kBuyer, {"*"});
    const auto told = [&](OrderState state, LogIndex index) {
        return tell(rows_of(order_of(kBuyer, state, index)));
    };
    EXPECT_EQ(told(OrderState::kOpen, now()), Told{"1: order.accepted"});
    EXPECT_EQ(told(OrderState::kOpen, LogIndex(1)), Told{"1: order.updated"});
    EXPECT_EQ(told(OrderState::kPartiallyFilled, LogIndex(1)), Told{"1: order.updated"});
    EXPECT_EQ(told(OrderState::kFilled, now()), Told{"1: order.filled"});
    EXPECT_EQ(told(OrderState::kCancelled, LogIndex(1)), Told{"1: order.cancelled"});
    EXPECT_EQ(told(OrderState::kExpired, LogIndex(1)), Told{"1: order.expired"});
    EXPECT_EQ(told(OrderState::kRejected, now()), Told{"1: order.rejected"});
    EXPECT_EQ(tell(rows_of(order_of(kProvider, OrderState::kFilled, now()))), Told{});

    core::Rows rows = rows_of(order_of(kBuyer, OrderState::kPartiallyFilled, LogIndex(1)));
    core::TradeRow trade;
    trade.fill.buy = numbered<OrderId>(7);
    trade.fill.sell = numbered<OrderId>(8);
    trade.market = {"AI-FP16", "CNY"};
    rows.trades = {trade};
    EXPECT_EQ(tell(std::move(rows)), Told{"1: order.partially_filled"});
    EXPECT_EQ(data(0)["fills"].size(), 1U);
}

TEST_F(EventMakerTest, ALeaseIsToldOnceAStateAndToEachSideAsItMaySeeIt) {
    wish(kBuyer, {"*"});
    wish(kProvider, {"*"});
    core::LeaseRow lease = lease_in(core::LeaseState::kScheduled);
    EXPECT_EQ(tell(rows_of(lease)), (Told{"1: lease.scheduled", "2: lease.scheduled"}));
    EXPECT_TRUE(data(0).contains("project"));
    EXPECT_FALSE(data(1).contains("project")) << "what it is for is no business of the provider's";
    lease.metering = "something else";
    EXPECT_EQ(tell(rows_of(lease)), Told{});
    lease.state = core::LeaseState::kActive;
    EXPECT_EQ(tell(rows_of(lease)), (Told{"1: lease.active", "2: lease.active"}));
    lease.released_from = Time(5);
    EXPECT_EQ(tell(rows_of(lease)), (Told{"1: lease.released", "2: lease.released"}));
    lease.state = core::LeaseState::kTerminated;
    EXPECT_EQ(tell(rows_of(lease)), (Told{"1: lease.terminated", "2: lease.terminated"}));
    lease.closed = true;
    EXPECT_EQ(tell(rows_of(lease)), Told{});
}

TEST_F(EventMakerTest, ALineIsToldToEachPartyAsItMaySeeIt) {
    for (const OrganisationId& party : {kBuyer, kProvider, kOwner})
        wish(party, {"settlement.line", "settlement.correction"});
    core::Rows rows = rows_of(lease_in(core::LeaseState::kActive));
    core::SettlementLineRow line;
    line.lease = numbered<LeaseId>(9);
    line.owners = {kProvider, kOwner};
    line.line.owners = {Money(1), Money(2)};
    rows.lines = {line};
    line.dispute = numbered<DisputeId>(6);
    rows.lines.push_back(line);
    EXPECT_EQ(
        tell(std::move(rows)),
        (Told{"1: settlement.line", "2: settlement.line", "3: settlement.line",
              "1: settlement.correction", "2: settlement.correction", "3: settlement.correction"}));
    EXPECT_TRUE(data(0).contains("buyer_pays") && !data(0).contains("provider_gets"));
    EXPECT_TRUE(!data(1).contains("buyer_pays") && data(1).contains("provider_gets"));
    EXPECT_TRUE(!data(2).contains("sale") && data(2)["owners"].size() == 1U);
}

TEST_F(EventMakerTest, MoneyIsToldWhenItIsAskedForDecidedAndTakenBack) {
    wish(kBuyer, {"*"});
    core::CashRow row;
    row.move.organisation = kBuyer;
    row.move.amount = Money(5);
    row.index = now();
    const auto told = [&] {
        core::Rows rows;
        rows.cash = {row};
        return tell(std::move(rows));
    };
    EXPECT_EQ(told(), Told{"1: deposit.requested"});
    EXPECT_EQ(told(), Told{}) << "it was asked for before";
    row.approval.state = settlement::ApprovalState::kApproved;
    EXPECT_EQ(told(), Told{"1: deposit.approved"});
    row.reversed = true;
    EXPECT_EQ(told(), Told{"1: deposit.reversed"});
    row.reversed = false;
    row.move.amount = Money(-5);
    row.approval.state = settlement::ApprovalState::kExpired;
    EXPECT_EQ(told(), Told{"1: withdrawal.expired"});
    row.move.reverses = core::Reversal{numbered<JournalId>(1), core::ReversalReason::kOther};
    row.approval.state = settlement::ApprovalState::kRejected;
    EXPECT_EQ(told(), Told{"1: reversal.rejected"});
}

TEST_F(EventMakerTest, PlacesAndTimesAreThoseOfTheLog) {
    wish(kBuyer, {"*"});
    wish(kProvider, {"*"});
    tell(rows_of(lease_in(core::LeaseState::kScheduled)));
    ASSERT_EQ(batch_.events.size(), 2U);
    for (std::size_t at = 0; at < 2; ++at) {
        const db::WebhookEventRow& event = batch_.events[at];
        EXPECT_EQ(event.log_size, LogIndex(110));
        EXPECT_EQ(event.ordinal, static_cast<std::int64_t>(at));
        EXPECT_EQ(event.time, Time(1'800'000'000));
        const Json payload = Json::parse(event.payload);
        EXPECT_EQ(payload["type"], event.type);
        EXPECT_EQ(payload["timestamp"], "2027-01-15T08:00:00Z");
    }
    EXPECT_NE(batch_.events[0].id, batch_.events[1].id);
}

// Over random commits, of which some fail and are written again or never, and restarts in between:
// each state that became durable is told once, and nothing else is.
TEST_F(EventMakerTest, TellsEachDurableStateOnce) {
    wish(kBuyer, {"*"});
    std::mt19937_64 random(support::test_seed());
    std::map<int, int> durable;  // state of each lease
    for (int step = 0; step < 3'000; ++step) {
        core::Rows rows;
        std::map<int, int> changed;
        for (int i = 0; i < 3; ++i) {
            const int lease = static_cast<int>(random() % 8);
            if (changed.contains(lease)) continue;
            changed[lease] = static_cast<int>(random() % 3);
            core::LeaseRow row = lease_in(static_cast<core::LeaseState>(changed[lease]));
            row.id = numbered<LeaseId>(static_cast<std::uint8_t>(lease + 1));
            rows.leases.push_back(row);
        }
        std::size_t wanted = 0;
        for (const auto& [lease, state] : changed) {
            const auto before = durable.find(lease);
            if (before == durable.end() || before->second != state) ++wanted;
        }
        const bool fails = random() % 4 == 0;
        EXPECT_EQ(tell(rows, !fails).size(), wanted) << step;
        if (!fails) {
            for (const auto& [lease, state] : changed)
                durable[lease] = state;
        }
        if (!fails && random() % 5 != 0) continue;
        // Memory is loaded anew: as it is durable.
        core::Rows state;
        for (const auto& [lease, last] : durable) {
            core::LeaseRow row = lease_in(static_cast<core::LeaseState>(last));
            row.id = numbered<LeaseId>(static_cast<std::uint8_t>(lease + 1));
            state.leases.push_back(row);
        }
        maker_.loaded(state);
    }
    EXPECT_EQ(maker_.failures(), 0);
}

}  // namespace
}  // namespace suanpan::api
