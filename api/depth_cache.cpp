#include "api/depth_cache.hpp"

namespace suanpan::api {

namespace {

constexpr std::size_t kMostEntries = 1'000;

}  // namespace

void DepthCache::committed(const core::Rows& changes) {
    if (changes.orders.empty()) return;
    const std::scoped_lock lock(mutex_);
    const matching::MarketKey* last = nullptr;
    for (const core::OrderRow& order : changes.orders) {
        const matching::MarketKey& market = order.view.terms.market;
        if (last == nullptr || !(*last == market)) ++changes_[market];
        last = &market;
    }
}

DepthCache::Place DepthCache::place_of(const matching::MarketKey& market, std::int64_t levels) {
    const std::scoped_lock lock(mutex_);
    if (entries_.size() > kMostEntries) entries_.clear();
    auto& entry = entries_[{market, levels}];
    if (!entry) entry = std::make_shared<Entry>();
    const auto changes = changes_.find(market);
    return {entry, changes == changes_.end() ? 0 : changes->second};
}

DepthCache::Text DepthCache::get(const matching::MarketKey& market, std::int64_t levels,
                                 const Read& read) {
    const Place place = place_of(market, levels);
    Entry& entry = *place.entry;
    const std::scoped_lock lock(entry.reading);
    // Perhaps by another who waited less.
    if (entry.text && entry.changes >= place.changes) return entry.text;
    const std::uint64_t changes = place_of(market, levels).changes;
    entry.text = std::make_shared<const std::string>(read());
    entry.changes = changes;
    return entry.text;
}

}  // namespace suanpan::api
