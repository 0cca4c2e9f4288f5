#include "api/streaming/book_feed.hpp"

#include "api/json/render.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace suanpan::api {

namespace {

constexpr std::chrono::milliseconds kPause{100};
constexpr int kShare = 4;  // a reading may take one part in so many of the time

std::string items_of(const std::vector<db::DepthLevel>& levels) {
    Json items = Json::array();
    for (const db::DepthLevel& level : levels) {
        items.push_back(to_json(level));
        items.back()["side"] = matching::to_string(level.side);
    }
    return items.dump();
}

bool is_alike(const db::DepthLevel& a, const db::DepthLevel& b) {
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

bool BookFeed::wants_reading(Instant now) {
    if (!stale_ || reading_ || now < next_) return false;
    reading_ = true;
    stale_ = false;
    return true;
}

void BookFeed::show(const BookReading& reading, Instant now) {
    reading_ = false;
    next_ = now + std::max<std::chrono::steady_clock::duration>(kPause, reading.took * kShare);
    std::map<Key, db::DepthLevel> next;
    std::vector<db::DepthLevel> changes;
    for (const db::DepthLevel& level : reading.levels) {
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
            listener->outlet()->tell(changes_message(channel_, seq_, reading.size, items));
        }
    }
    known_ = true;
    shown_ = std::move(next);
    if (waiting_.empty()) return;
    const std::string snapshot = items_of(reading.levels);
    for (const SubscriptionPtr& listener : std::exchange(waiting_, {}))
        listener->outlet()->tell(snapshot_message(channel_, seq_, reading.size, true, snapshot));
}

}  // namespace suanpan::api
