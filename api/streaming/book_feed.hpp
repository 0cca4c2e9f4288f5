#pragma once

// The depth of one market as a stream. It is looked at so often at most; what differs from the last
// look goes to all who listen, under one count `seq` for the market.

#include "api/books.hpp"
#include "api/streaming/subscription.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace suanpan::api {

// Not thread-safe.
class BookFeed {
 public:
    using Instant = std::chrono::steady_clock::time_point;

    explicit BookFeed(std::string channel) : channel_(std::move(channel)) {}

    void add(const SubscriptionPtr& subscription);
    void remove(const SubscriptionPtr& subscription);
    [[nodiscard]] bool empty() const { return listeners_.empty(); }

    // An order of the market has changed.
    void touch() { stale_ = true; }
    // True: show() it now.
    [[nodiscard]] bool is_due(Instant now) const { return stale_ && now >= next_; }
    // The best levels of both sides.
    void show(const BookDepth& depth, Instant now);
    // It cannot be shown: not before it has changed again.
    void skip(Instant now);

 private:
    using Key = std::tuple<Side, Unit, Price>;

    std::string channel_;
    std::vector<SubscriptionPtr> listeners_;
    std::vector<SubscriptionPtr> waiting_;  // for their snapshot
    std::map<Key, BookLevel> shown_;
    std::int64_t seq_ = 0;
    bool known_ = false;  // `shown_` is what everybody has
    bool stale_ = true;
    Instant next_{};  // not shown before
};

}  // namespace suanpan::api
