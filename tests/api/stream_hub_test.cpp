// What the stream's one thread asks the database for, and who suffers when it does not answer.

#include "api/books.hpp"
#include "api/streaming/hub.hpp"
#include "api/workers.hpp"
#include "db/batch.hpp"
#include "db/migrate.hpp"
#include "support/test_database.hpp"
#include "support/wait.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::api {
namespace {

template <typename Kind>
Kind id_of(int number) {
    Kind id;
    id.bytes[15] = static_cast<std::uint8_t>(number);
    return id;
}

const OrganisationId kBuyer = id_of<OrganisationId>(1);
const OrganisationId kProvider = id_of<OrganisationId>(2);

// A client, told by several threads. Each message is handed out once.
class Heard : public MessageSink {
 public:
    bool send(Message message) override {
        const std::scoped_lock lock(mutex_);
        if (closed_) return false;
        messages_.push_back(Json::parse(*message));
        return true;
    }
    void close(CloseCode code) override {
        const std::scoped_lock lock(mutex_);
        if (!closed_) closed_ = code;
    }
    void drop(CloseCode code, Message last) override {
        const std::scoped_lock lock(mutex_);
        if (closed_) return;
        messages_.push_back(Json::parse(*last));
        closed_ = code;
    }
    // The first of that type, or null when there is none for ten seconds.
    Json next(const std::string& type) {
        Json found;
        support::wait_until(1'000, std::chrono::milliseconds(10), [&] {
            const std::scoped_lock lock(mutex_);
            const auto message = std::ranges::find_if(
                messages_, [&type](const Json& one) { return one["type"] == type; });
            if (message == messages_.end()) return false;
            found = *message;
            messages_.erase(message);
            return true;
        });
        return found;
    }
    // The one thing that the next commit has changed for it.
    Json next_item() {
        const Json changes = next("changes");
        if (changes.is_null() || changes["items"].size() != 1) {
            ADD_FAILURE() << "not one change: " << changes.dump();
            return Json::object();
        }
        return changes["items"][0];
    }
    bool has(const std::string& type) {
        const std::scoped_lock lock(mutex_);
        return std::ranges::any_of(messages_,
                                   [&type](const Json& one) { return one["type"] == type; });
    }
    std::optional<CloseCode> closed() {
        const std::scoped_lock lock(mutex_);
        return closed_;
    }

 private:
    std::mutex mutex_;
    std::vector<Json> messages_;
    std::optional<CloseCode> closed_;
};

core::OrderRow order_of(const OrganisationId& whose, int number, LogIndex index) {
    core::OrderRow row;
    row.view.terms.id = id_of<OrderId>(number);
    row.view.terms.organisation = whose;
    row.view.terms.market = {"AI-FP16", "CNY"};
    row.index = index;
    return row;
}

class StreamHubTest : public testing::Test {
 protected:
    void SetUp() override {
        const auto report = db::migrate(database_.conninfo());
        ASSERT_TRUE(report) << report.error().detail();
    }

    std::shared_ptr<Heard> listen(Channel::Kind kind, const OrganisationId& whose) {
        auto heard = std::make_shared<Heard>();
        const auto outlet = std::make_shared<Outlet>(heard, [] { return true; });
        hub_.add(outlet);
        hub_.subscribe(outlet, Channel{kind}, whose);
        EXPECT_FALSE(heard->next("snapshot").is_null());
        return heard;
    }

    // Of one entry, at index size_.
    db::Batch begin_commit() {
        db::Batch batch;
        batch.expected = size_;
        batch.changes.head.size = LogIndex(++size_.value);
        return batch;
    }
    void commit(const core::OrderRow& order) {
        db::Batch batch = begin_commit();
        batch.changes.orders = {order};
        hub_.committed(batch);
    }
    // Places one that has this name.
    void commit_named(const core::OrderRow& order, const std::string& name) {
        db::Batch batch = begin_commit();
        batch.changes.orders = {order};
        const matching::OrderTerms& terms = order.view.terms;
        batch.side.push_back(
            db::PlacedSideRow{db::OrderTextRow{name, "", "00"}, terms.organisation, terms.id});
        hub_.committed(batch);
    }
    // From now on a look-up of an order's name fails.
    void lose_names() { database_.execute("ALTER TABLE order_text RENAME TO order_text_away"); }

    LogIndex size_{100};
    support::TestDatabase database_;
    db::Pool pool_{database_.conninfo()};
    Books books_;
    Workers workers_{2, 100};
    StreamHub hub_{pool_, books_, workers_};
};

TEST_F(StreamHubTest, AnOrderThatIsPlacedNeedsNoLookUp) {
    // Each commit with a new order was a read of the database, on the thread that tells everybody.
    const auto buyer = listen(Channel::Kind::kOrders, kBuyer);
    lose_names();
    const core::OrderRow named = order_of(kBuyer, 7, size_);
    commit_named(named, "mine");
    EXPECT_EQ(buyer->next_item().value("client_order_id", ""), "mine");
    commit(order_of(kBuyer, 8, size_));
    EXPECT_FALSE(buyer->next_item().contains("client_order_id"));
    commit(named);
    EXPECT_EQ(buyer->next_item().value("client_order_id", ""), "mine") << "also later";
    EXPECT_EQ(buyer->closed(), std::nullopt);
}

TEST_F(StreamHubTest, ALookUpThatFailsIsForNobodyElse) {
    // It cut off every client of every channel.
    const auto buyer = listen(Channel::Kind::kOrders, kBuyer);
    const auto provider = listen(Channel::Kind::kOrders, kProvider);
    const auto everybody = listen(Channel::Kind::kIndex, {});
    lose_names();
    db::Batch batch = begin_commit();
    batch.changes.orders = {order_of(kBuyer, 7, LogIndex(3)),
                            order_of(kProvider, 8, LogIndex(100))};
    core::MarketRow market;
    market.rules.key = {"AI-FP16", "CNY"};
    batch.changes.markets = {market};
    hub_.committed(batch);

    EXPECT_FALSE(buyer->next("resync").is_null());
    EXPECT_EQ(buyer->closed(), CloseCode::kResync);
    EXPECT_EQ(provider->next_item()["id"], to_string(id_of<OrderId>(8)));
    EXPECT_EQ(everybody->next_item()["market"], "AI-FP16/CNY");
    EXPECT_EQ(provider->closed(), std::nullopt);
    EXPECT_EQ(everybody->closed(), std::nullopt);
}

TEST_F(StreamHubTest, ReadingsAreForThePartiesOfTheirLease) {
    const auto buyer = listen(Channel::Kind::kReadings, kBuyer);
    const auto provider = listen(Channel::Kind::kReadings, kProvider);
    const auto stranger = listen(Channel::Kind::kReadings, id_of<OrganisationId>(3));
    db::Batch batch = begin_commit();
    core::LeaseRow lease;
    lease.id = id_of<LeaseId>(9);
    lease.buyer = kBuyer;
    lease.provider = kProvider;
    batch.changes.leases = {lease};
    core::ReadingRow reading;
    reading.lease = lease.id;
    batch.changes.readings = {reading};
    hub_.committed(batch);

    EXPECT_EQ(buyer->next_item()["lease"], to_string(lease.id));
    EXPECT_EQ(provider->next_item()["lease"], to_string(lease.id));
    hub_.say_goodbye();
    EXPECT_TRUE(stranger->has("server_shutdown")) << "all of the commit was told before";
    EXPECT_FALSE(stranger->has("changes"));
}

}  // namespace
}  // namespace suanpan::api
