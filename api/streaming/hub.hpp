#pragma once

// Tells the clients of the stream what has become durable (api "Streams"). The market's writer
// hands over what each commit changed; a thread of its own finds out who listens and tells them.
// Snapshots are read by the workers, so a slow read holds nobody up.

#include "api/streaming/book_feed.hpp"
#include "api/streaming/subscription.hpp"
#include "core/rows.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suanpan::db {
class Pool;
struct Batch;
struct IndexRow;
}  // namespace suanpan::db

namespace suanpan::api {

class Workers;

// Thread-safe.
class StreamHub {
 public:
    StreamHub(db::Pool& database, const Books& books, Workers& workers);
    ~StreamHub();
    StreamHub(const StreamHub&) = delete;
    StreamHub& operator=(const StreamHub&) = delete;

    // By the market's writer after each commit, in the order of the log; takes what it tells of.
    // Cheap while nobody listens.
    void committed(db::Batch& written);
    // The price index of a market was fixed and that is durable: all its series. By one thread, of
    // a market in the order of time.
    void fixed(const std::vector<db::IndexRow>& series);

    void add(const std::shared_ptr<Outlet>& outlet);
    void remove(const std::shared_ptr<Outlet>& outlet);
    // `organisation`: whose, for a private channel.
    SubscriptionPtr subscribe(const std::shared_ptr<Outlet>& outlet, const Channel& channel,
                              const OrganisationId& organisation);
    void unsubscribe(const SubscriptionPtr& subscription);
    // Tried until it is true, for half a minute: what must still happen after a client has left.
    void insist(std::function<bool()> attempt);

    [[nodiscard]] std::size_t clients() const;
    // Tells all that the server stops, and lets nobody in any more.
    void say_goodbye();
    // Ends the thread. What is insisted on is tried once more.
    void stop();

 private:
    struct Change {
        LogIndex from;  // the log's size before it
        LogIndex size;  // and after it
        std::vector<core::OrderRow> orders;
        std::vector<core::TradeRow> trades;
        std::vector<core::LeaseRow> leases;
        std::vector<core::ReadingRow> readings;
        std::vector<core::MarketRow> markets;
        // The client_order_ids of orders that it placed; what is not there has none.
        std::unordered_map<OrderId, std::string, IdHash> names{};
    };
    using Listeners = std::vector<SubscriptionPtr>;
    using Items = std::map<SubscriptionPtr, std::string>;  // JSON, one after the other

    void run();
    void tell_news();
    void tell_all(const Change& change);
    // REQUIRES mutex_, these.
    void tell_own(const Change& change, Items& out);
    void tell_public(const Change& change, Items& out);
    void tell_readings(const Change& change, Items& out);
    void lose_all();
    void beat();
    [[nodiscard]] bool is_heard(Channel::Kind kind) const;
    void show_books();
    void check_welcome();
    void try_again();
    void read_snapshot(const SubscriptionPtr& subscription);
    [[nodiscard]] Listeners* listeners(Channel::Kind kind, const OrganisationId& organisation);
    [[nodiscard]] Listeners* listeners(Channel::Kind kind, const matching::MarketKey& market);
    Listeners& place_of(const Subscription& subscription);
    void find_order_names(const std::deque<Change>& news);
    // REQUIRES mutex_. Adds those of which neither the change nor we know the name, and whose they
    // are.
    using Unnamed = std::map<OrderId, OrganisationId>;
    void learn_order_names(const Change& change, Unnamed& unnamed);
    void lose_orders_of(const Unnamed& unnamed);

    db::Pool& database_;
    const Books& books_;
    Workers& workers_;
    std::atomic<std::int64_t> listening_{0};

    // What comes from the market, which waits for no client.
    std::mutex inbox_mutex_;
    std::condition_variable changed_;
    std::deque<Change> changes_;
    bool lost_ = false;  // more came than is kept
    bool stopping_ = false;

    mutable std::mutex mutex_;  // of all that follows
    bool leaving_ = false;
    std::vector<std::shared_ptr<Outlet>> outlets_;
    std::map<std::pair<Channel::Kind, OrganisationId>, Listeners> private_;
    std::map<std::pair<Channel::Kind, matching::MarketKey>, Listeners> trades_;
    std::map<matching::MarketKey, BookFeed> feeds_;
    Listeners index_;
    std::uint64_t beats_ = 0;
    // The hub's thread alone has the client_order_ids that it learnt lately, empty where there is
    // none.
    std::map<OrderId, std::string> order_names_;
    std::map<LeaseId, std::size_t> told_leases_;  // hash of what was told last
    struct Attempt {
        std::chrono::steady_clock::time_point until;
        std::function<bool()> run;
    };
    std::vector<Attempt> attempts_;
    std::thread thread_;
};

}  // namespace suanpan::api
