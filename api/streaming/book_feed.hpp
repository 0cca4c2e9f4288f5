#pragma once

// The depth of one market as a stream. It is read from the database at most so often; what differs
// from the last reading goes to all who listen, under one count `seq` for the market.

#include "api/streaming/subscription.hpp"
#include "db/queries/trading.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace suanpan::api {

// What was read at one moment: the best levels of both sides.
struct BookReading {
    LogIndex size;  // of the log
    std::vector<db::DepthLevel> levels;
    std::chrono::steady_clock::duration took{};
};

// Not thread-safe.
class BookFeed {
 public:
    using Instant = std::chrono::steady_clock::time_point;

    // `number` tells it from another of the same market before it.
    BookFeed(std::string channel, std::uint64_t number)
        : channel_(std::move(channel)), number_(number) {}

    [[nodiscard]] std::uint64_t number() const { return number_; }

    void add(const SubscriptionPtr& subscription);
    void remove(const SubscriptionPtr& subscription);
    [[nodiscard]] bool empty() const { return listeners_.empty(); }

    // An order of the market has changed.
    void touch() { stale_ = true; }
    // True: read it now, and tell show() or give_up().
    bool wants_reading(Instant now);
    void show(const BookReading& reading, Instant now);
    void give_up() {
        reading_ = false;
        stale_ = true;
    }

 private:
    using Key = std::tuple<Side, Unit, Price>;

    std::string channel_;
    std::uint64_t number_;
    std::vector<SubscriptionPtr> listeners_;
    std::vector<SubscriptionPtr> waiting_;  // for their snapshot
    std::map<Key, db::DepthLevel> shown_;
    std::int64_t seq_ = 0;
    bool known_ = false;  // `shown_` is what everybody has
    bool stale_ = true;
    bool reading_ = false;
    Instant next_{};  // no reading before
};

}  // namespace suanpan::api
