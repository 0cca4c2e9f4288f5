#pragma once

// Tells the clients of the stream what has become durable (api "Streams"). The market's writer
// hands over what each commit changed; a thread of its own finds out who listens and tells them.
// Snapshots and depths are read by the workers, so a slow read holds nobody up.

#include "api/streaming/book_feed.hpp"
#include "api/streaming/subscription.hpp"
#include "core/rows.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suanpan::db {
class Pool;
}

namespace suanpan::api {

class Workers;

// Thread-safe.
class StreamHub {
 public:
    StreamHub(db::Pool& database, Workers& workers);
    ~StreamHub();
    StreamHub(const StreamHub&) = delete;
    StreamHub& operator=(const StreamHub&) = delete;

    // By the market's writer after each commit, in the order of the log; takes what it tells of.
    // Cheap while nobody listens.
    void committed(core::Rows& rows);

    void add(const std::shared_ptr<Outlet>& outlet);
    void remove(const std::shared_ptr<Outlet>& outlet);
    // `organisation`: whose, for a private channel.
    SubscriptionPtr subscribe(const std::shared_ptr<Outlet>& outlet, const Channel& channel,
                              const OrganisationId& organisation);
    void unsubscribe(const SubscriptionPtr& subscription);
    // Tried until it is true, for some seconds: what must still happen after a client has left.
    void insist(std::function<bool()> attempt);

    [[nodiscard]] std::size_t clients() const;
    // Tells all that the server stops, and lets nobody in any more.
    void say_goodbye();
    // Ends the thread. What is insisted on is tried once more.
    void stop();

 private:
    struct Change {
        LogIndex size;  // of the log after it
        std::vector<core::OrderRow> orders;
        std::vector<core::TradeRow> trades;
        std::vector<core::LeaseRow> leases;
        std::vector<core::ReadingRow> readings;
        std::vector<core::MarketRow> markets;
    };
    struct Parties {
        OrganisationId buyer;
        OrganisationId provider;
    };
    using Listeners = std::vector<SubscriptionPtr>;
    using Items = std::map<SubscriptionPtr, std::string>;  // JSON, one after the other

    void run();
    void tell_all(const Change& change);              // REQUIRES mutex_
    void tell_own(const Change& change, Items& out);  // REQUIRES mutex_
    void tell_public(const Change& change, Items& out);
    void tell_readings(const Change& change, Items& out);
    void lose_all();
    void read_books();
    void read_book(const matching::MarketKey& market);
    void check_welcome();
    void try_again();
    void read_snapshot(const SubscriptionPtr& subscription);
    [[nodiscard]] Listeners* listeners(Channel::Kind kind, const OrganisationId& organisation);
    [[nodiscard]] Listeners* listeners(Channel::Kind kind, const matching::MarketKey& market);
    Listeners& place_of(const Subscription& subscription);
    std::optional<Parties> parties_of(const LeaseId& lease);

    db::Pool& database_;
    Workers& workers_;
    std::atomic<std::int64_t> listening_{0};

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Change> changes_;
    bool lost_ = false;  // more came than is kept
    bool leaving_ = false;
    bool stopping_ = false;
    std::vector<std::shared_ptr<Outlet>> outlets_;
    std::map<std::pair<Channel::Kind, OrganisationId>, Listeners> private_;
    std::map<std::pair<Channel::Kind, matching::MarketKey>, Listeners> trades_;
    std::map<matching::MarketKey, BookFeed> books_;
    Listeners index_;
    std::map<LeaseId, std::optional<Parties>> parties_;            // found lately
    std::map<LeaseId, std::size_t> told_leases_;                   // hash of what was told last
    std::vector<std::pair<int, std::function<bool()>>> attempts_;  // and how many are left
    std::thread thread_;
};

}  // namespace suanpan::api
