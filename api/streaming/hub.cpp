#include "api/streaming/hub.hpp"

#include "api/json/price_index.hpp"
#include "api/json/render.hpp"
#include "api/streaming/snapshots.hpp"
#include "api/workers.hpp"
#include "base/check.hpp"
#include "base/thread_name.hpp"
#include "db/batch.hpp"
#include "db/queries/market_data.hpp"
#include "db/queries/trading.hpp"
#include "db/reader.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <variant>

namespace suanpan::api {

namespace {

using std::chrono::steady_clock;
using Kind = Channel::Kind;

constexpr std::chrono::milliseconds kTick{50};
constexpr std::chrono::seconds kBeat{1};
constexpr std::uint64_t kBeatsOfAWelcome = 5;
constexpr std::size_t kMostChanges = 1'000;  // commits that wait to be told
constexpr std::size_t kMostKnown = 100'000;  // leases, and orders
constexpr std::int64_t kLevels = 50;         // of each side of a book
constexpr std::chrono::seconds kInsistence{30};

template <typename Listed>
void append(std::string& items, const Listed& json) {
    if (!items.empty()) items += ',';
    items += json.dump();
}

}  // namespace

StreamHub::StreamHub(db::Pool& database, const Books& books, Workers& workers)
    : database_(database), books_(books), workers_(workers), thread_([this] { run(); }) {}

StreamHub::~StreamHub() {
    stop();
}

void StreamHub::committed(db::Batch& written) {
    if (listening_ == 0) return;
    core::Rows& rows = written.changes;
    Change change{written.expected,       rows.head.size,         std::move(rows.orders),
                  std::move(rows.trades), std::move(rows.leases), std::move(rows.readings),
                  std::move(rows.markets)};
    for (db::PlacedSideRow& side : written.side) {
        auto* text = std::get_if<db::OrderTextRow>(&side.row);
        if (text != nullptr && side.order)
            change.names.emplace(*side.order, std::move(text->client_order_id));
    }
    {
        const std::scoped_lock lock(inbox_mutex_);
        if (changes_.size() >= kMostChanges)
            lost_ = true;
        else
            changes_.push_back(std::move(change));
    }
    changed_.notify_one();
}

void StreamHub::fixed(const std::vector<db::IndexRow>& series) {
    const std::scoped_lock lock(mutex_);
    if (index_.empty() || series.empty()) return;
    const db::IndexRow& first = series.front();
    const std::string items = "[" + fixing_json(first.market, series).dump() + "]";
    for (const SubscriptionPtr& subscription : index_)
        subscription->fix(first.at, items);
}

void StreamHub::add(const std::shared_ptr<Outlet>& outlet) {
    const std::scoped_lock lock(mutex_);
    if (leaving_) return outlet->shut_down();
    outlets_.push_back(outlet);
}

void StreamHub::remove(const std::shared_ptr<Outlet>& outlet) {
    const std::scoped_lock lock(mutex_);
    std::erase(outlets_, outlet);
}

StreamHub::Listeners& StreamHub::place_of(const Subscription& subscription) {
    const Channel& channel = subscription.channel();
    if (channel.is_private()) return private_[{channel.kind, subscription.organisation()}];
    if (channel.kind == Kind::kTrades) return trades_[{channel.kind, *channel.market}];
    return index_;
}

SubscriptionPtr StreamHub::subscribe(const std::shared_ptr<Outlet>& outlet, const Channel& channel,
                                     const OrganisationId& organisation) {
    auto subscription = std::make_shared<Subscription>(outlet, channel, organisation);
    {
        const std::scoped_lock lock(mutex_);
        ++listening_;
        if (channel.kind == Kind::kBook) {
            feeds_.try_emplace(*channel.market, subscription->name())
                .first->second.add(subscription);
        } else {
            place_of(*subscription).push_back(subscription);
        }
    }
    // Only now, so that nothing is missed between the snapshot and what follows.
    if (channel.kind != Kind::kBook) read_snapshot(subscription);
    return subscription;
}

void StreamHub::read_snapshot(const SubscriptionPtr& subscription) {
    const bool posted = workers_.try_post([this, subscription] {
        try {
            const auto& channel = subscription->channel();
            const auto& whose = subscription->organisation();
            const db::Reader reader = channel.is_private() ? db::Reader::of_tenant(database_, whose)
                                                           : db::Reader::of_all(database_);
            const auto snapshot = reader.snapshot(
                "stream_snapshot", [&](db::Tx& tx) { return read_channel(tx, channel, whose); });
            const std::scoped_lock lock(mutex_);
            subscription->begin(snapshot.size, snapshot.items, snapshot.complete, snapshot.fixed);
        } catch (const std::exception& failure) {
            spdlog::warn("the stream could not read a snapshot: {}", failure.what());
            subscription->outlet()->close(CloseCode::kTryAgain);
        }
    });
    if (!posted) subscription->outlet()->close(CloseCode::kTryAgain);
}

void StreamHub::unsubscribe(const SubscriptionPtr& subscription) {
    const std::scoped_lock lock(mutex_);
    subscription->end();
    if (--listening_ == 0) told_leases_.clear();  // what comes unheard is not compared
    const Channel& channel = subscription->channel();
    if (channel.kind == Kind::kBook) {
        const auto feed = feeds_.find(*channel.market);
        if (feed == feeds_.end()) return;
        feed->second.remove(subscription);
        if (feed->second.empty()) feeds_.erase(feed);
        return;
    }
    Listeners& place = place_of(*subscription);
    std::erase(place, subscription);
    if (!place.empty()) return;
    // Anybody may name what there is not: no name outlives its listeners.
    if (channel.is_private()) private_.erase({channel.kind, subscription->organisation()});
    if (channel.kind == Kind::kTrades) trades_.erase({channel.kind, *channel.market});
}

void StreamHub::insist(std::function<bool()> attempt) {
    const std::scoped_lock lock(mutex_);
    attempts_.push_back({steady_clock::now() + kInsistence, std::move(attempt)});
}

std::size_t StreamHub::clients() const {
    const std::scoped_lock lock(mutex_);
    return outlets_.size();
}

void StreamHub::say_goodbye() {
    const std::scoped_lock lock(mutex_);
    leaving_ = true;
    for (const auto& outlet : outlets_)
        outlet->shut_down();
}

// Nobody is told anything after this, and nothing of the connections is kept.
void StreamHub::stop() {
    {
        const std::scoped_lock lock(inbox_mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
    const std::scoped_lock lock(mutex_);
    leaving_ = true;
    outlets_.clear();
    private_.clear();
    trades_.clear();
    feeds_.clear();
    index_.clear();
    attempts_.clear();
}

void StreamHub::run() {
    name_thread("streams");
    auto next_beat = steady_clock::now() + kBeat;
    while (true) {
        {
            std::unique_lock lock(inbox_mutex_);
            changed_.wait_for(lock, kTick, [this] { return stopping_ || !changes_.empty(); });
            if (stopping_) break;
        }
        try {
            tell_news();
        } catch (const std::exception& failure) {
            spdlog::error("the stream lost its place and begins anew: {}", failure.what());
            const std::scoped_lock lock(mutex_);
            lose_all();
        }
        if (steady_clock::now() < next_beat) continue;
        next_beat = steady_clock::now() + kBeat;
        beat();
    }
    const std::scoped_lock lock(mutex_);
    try_again();
}

void StreamHub::tell_news() {
    std::deque<Change> news;
    bool lost = false;
    {
        const std::scoped_lock lock(inbox_mutex_);
        news.swap(changes_);
        lost = std::exchange(lost_, false);
    }
    if (lost) news.clear();
    find_order_names(news);
    for (const Change& change : news) {
        const std::scoped_lock lock(mutex_);
        tell_all(change);
    }
    const std::scoped_lock lock(mutex_);
    if (lost) lose_all();
    show_books();
    try_again();
}

void StreamHub::beat() {
    const std::scoped_lock lock(mutex_);
    for (const auto& outlet : outlets_)
        outlet->beat();
    if (++beats_ % kBeatsOfAWelcome == 0) check_welcome();
}

// A gap for everybody: each begins anew.
void StreamHub::lose_all() {
    told_leases_.clear();
    for (const auto& outlet : outlets_)
        outlet->fall_behind();
}

void StreamHub::tell_all(const Change& change) {
    Items items;
    tell_own(change, items);
    tell_public(change, items);
    tell_readings(change, items);
    for (const auto& [subscription, text] : items)
        subscription->change(change.size, "[" + text + "]");
}

bool StreamHub::is_heard(Kind kind) const {
    return std::ranges::any_of(
        private_, [kind](const auto& listened) { return listened.first.first == kind; });
}

StreamHub::Listeners* StreamHub::listeners(Kind kind, const OrganisationId& organisation) {
    const auto found = private_.find({kind, organisation});
    return found == private_.end() ? nullptr : &found->second;
}

StreamHub::Listeners* StreamHub::listeners(Kind kind, const matching::MarketKey& market) {
    const auto found = trades_.find({kind, market});
    return found == trades_.end() ? nullptr : &found->second;
}

void StreamHub::tell_own(const Change& change, Items& out) {
    const auto tell = [&](Kind kind, const OrganisationId& organisation, const auto& json) {
        Listeners* found = listeners(kind, organisation);
        if (found == nullptr || found->empty()) return;
        const Json item = json();
        for (const SubscriptionPtr& subscription : *found)
            append(out[subscription], item);
    };
    for (const core::OrderRow& order : change.orders)
        tell(Kind::kOrders, order.view.terms.organisation, [&] {
            Json item = to_json(order);
            const auto name = order_names_.find(order.view.terms.id);
            if (name != order_names_.end() && !name->second.empty())
                item["client_order_id"] = name->second;
            return item;
        });
    if (!is_heard(Kind::kLeases)) return;
    for (const core::LeaseRow& lease : change.leases) {
        // Each batch of readings changes the row, not what is shown of it.
        const auto shown = to_json(lease, OrganisationId());
        const std::size_t hash = std::hash<std::string>()(shown.dump());
        if (told_leases_.size() > kMostKnown) told_leases_.clear();
        const auto [told, fresh] = told_leases_.try_emplace(lease.id, hash);
        if (!fresh && std::exchange(told->second, hash) == hash) continue;
        for (const OrganisationId& party : {lease.buyer, lease.provider})
            tell(Kind::kLeases, party, [&] { return to_json(lease, party); });
    }
}

void StreamHub::tell_public(const Change& change, Items& out) {
    for (const core::OrderRow& order : change.orders) {
        const auto feed = feeds_.find(order.view.terms.market);
        if (feed != feeds_.end()) feed->second.touch();
    }
    for (const core::TradeRow& trade : change.trades) {
        const Listeners* found = listeners(Kind::kTrades, trade.market);
        if (found == nullptr) continue;
        const Json item = to_public_json(trade);
        for (const SubscriptionPtr& subscription : *found)
            append(out[subscription], item);
    }
    if (index_.empty()) return;
    for (const core::MarketRow& market : change.markets) {
        const Json item = to_json(market);
        for (const SubscriptionPtr& subscription : index_)
            append(out[subscription], item);
    }
}

// A reading does not say whose it is. Its lease does, which each batch of readings changes.
void StreamHub::tell_readings(const Change& change, Items& out) {
    if (change.readings.empty() || !is_heard(Kind::kReadings)) return;
    std::unordered_map<LeaseId, const core::LeaseRow*, IdHash> leases;
    for (const core::LeaseRow& lease : change.leases)
        leases.emplace(lease.id, &lease);
    for (const core::ReadingRow& reading : change.readings) {
        const auto lease = leases.find(reading.lease);
        CHECK(lease != leases.end());
        for (const OrganisationId& party : {lease->second->buyer, lease->second->provider}) {
            const Listeners* found = listeners(Kind::kReadings, party);
            if (found == nullptr) continue;
            const Json item = to_json(reading);
            for (const SubscriptionPtr& subscription : *found)
                append(out[subscription], item);
        }
    }
}

// The market does not know how an organisation names its orders. The commit that places one brings
// its name; of those placed before anybody listened the database is asked, once for all, without
// holding up who subscribes.
void StreamHub::find_order_names(const std::deque<Change>& news) {
    if (order_names_.size() > kMostKnown) order_names_.clear();
    Unnamed unnamed;
    {
        const std::scoped_lock lock(mutex_);
        for (const Change& change : news)
            learn_order_names(change, unnamed);
    }
    if (unnamed.empty()) return;
    std::vector<OrderId> orders;
    for (const auto& [order, organisation] : unnamed)
        orders.push_back(order);
    try {
        auto found = database_.read("stream_order_names", [&orders](db::Tx& tx) {
            return db::find_client_order_ids(tx, orders);
        });
        for (const OrderId& order : orders)
            order_names_[order] = std::move(found[order]);
    } catch (const std::exception& failure) {
        spdlog::warn("the stream could not look up how orders are named: {}", failure.what());
        const std::scoped_lock lock(mutex_);
        lose_orders_of(unnamed);
    }
}

void StreamHub::learn_order_names(const Change& change, Unnamed& unnamed) {
    for (const core::OrderRow& order : change.orders) {
        const matching::OrderTerms& terms = order.view.terms;
        if (listeners(Kind::kOrders, terms.organisation) == nullptr ||
            order_names_.contains(terms.id))
            continue;
        const auto name = change.names.find(terms.id);
        if (name != change.names.end())
            order_names_.emplace(terms.id, name->second);
        else if (order.index >= change.from)
            order_names_.emplace(terms.id, "");
        else
            unnamed.emplace(terms.id, terms.organisation);
    }
}

// A gap for who hears of these orders, and for nobody else.
void StreamHub::lose_orders_of(const Unnamed& unnamed) {
    for (const auto& [order, organisation] : unnamed) {
        const Listeners* found = listeners(Kind::kOrders, organisation);
        if (found == nullptr) continue;
        for (const SubscriptionPtr& subscription : *found)
            subscription->outlet()->fall_behind();
    }
}

void StreamHub::try_again() {
    const auto now = steady_clock::now();
    std::erase_if(attempts_, [now](const Attempt& attempt) {
        if (attempt.run()) return true;
        if (now < attempt.until) return false;
        spdlog::error("what a client had asked for before it left could not be done in time");
        return true;
    });
}

void StreamHub::show_books() {
    const auto now = steady_clock::now();
    for (auto& [market, feed] : feeds_) {
        if (!feed.is_due(now)) continue;
        const auto depth = books_.depth(market, kLevels);
        if (depth) {
            feed.show(*depth, now);
        } else {
            spdlog::error("the stream cannot show a book: {}", depth.error().detail());
            feed.skip(now);
        }
    }
}

// Keys end and are revoked; that may be asked of the database, so not by this thread.
void StreamHub::check_welcome() {
    workers_.try_post([outlets = outlets_] {
        for (const auto& outlet : outlets) {
            if (!outlet->is_welcome()) outlet->close(CloseCode::kPolicy);
        }
    });
}

}  // namespace suanpan::api
