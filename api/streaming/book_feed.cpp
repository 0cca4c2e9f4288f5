#include "api/streaming/book_feed.hpp"

#include "api/json/render.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace suanpan::api {

namespace {

constexpr std::chrono::milliseconds kPause{100};

std::string items_of(const std::vector<BookLevel>& levels) {
    Json items = Json::array();
    for (const BookLevel& level : levels) {
        items.push_back(to_json(level));
        items.back()["side"] = matching::to_string(level.side);
    }
    return items.dump();
}

bool is_alike(const BookLevel& a, const BookLevel& b) {
    return a.orders == b.orders && a.quantity == b.quantity;
}

}  // namespace

void BookFeed::add(const SubscriptionPtr& subscription) {
    listeners_.push_back(subscription);
    waiting_.push_back(subscription);
    stale_ = true;
}

void BookFeed::remove(const SubscriptionPtr& subscription) {
    std::erase(listeners_, subscription);
    std::erase(waiting_, subscription);
}

void BookFeed::skip(Instant now) {
    stale_ = false;
    next_ = now + kPause;
}

void BookFeed::show(const BookDepth& depth, Instant now) {
    skip(now);
    std::map<Key, BookLevel> next;
    std::vector<BookLevel> changes;
    for (const BookLevel& level : depth.levels) {
        const Key key{level.side, level.unit, level.limit_price};
        next.emplace(key, level);
        const auto before = shown_.find(key);
        if (before == shown_.end() || !is_alike(before->second, level)) changes.push_back(level);
    }
    for (auto& [key, level] : shown_) {
        if (next.contains(key)) continue;
        level.orders = 0;
        level.quantity = 0;
        changes.push_back(level);
    }
    if (known_ && !changes.empty()) {
        const std::string items = items_of(changes);
        ++seq_;
        for (const SubscriptionPtr& listener : listeners_) {
            if (std::ranges::find(waiting_, listener) != waiting_.end()) continue;
            listener->outlet()->tell(changes_message(channel_, seq_, depth.size, items));
        }
    }
    known_ = true;
    shown_ = std::move(next);
    if (waiting_.empty()) return;
    const std::string snapshot = items_of(depth.levels);
    for (const SubscriptionPtr& listener : std::exchange(waiting_, {}))
        listener->outlet()->tell(snapshot_message(channel_, seq_, depth.size, true, snapshot));
}

}  // namespace suanpan::api
