#include "api/streaming/hub.hpp"

#include "api/json/render.hpp"
#include "api/streaming/snapshots.hpp"
#include "api/workers.hpp"
#include "db/queries/billing.hpp"
#include "db/queries/trading.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>

namespace suanpan::api {

namespace {

using std::chrono::steady_clock;
using Kind = Channel::Kind;

constexpr std::chrono::milliseconds kTick{50};
constexpr std::chrono::seconds kBeat{1};
constexpr std::uint64_t kBeatsOfAWelcome = 5;
constexpr std::size_t kMostChanges = 1'000;  // commits that wait to be told
constexpr std::size_t kMostKnown = 100'000;  // leases
constexpr std::int64_t kLevels = 50;         // of each side of a book
constexpr int kAttempts = 200;               // one a tick

template <typename Listed>
void append(std::string& items, const Listed& json) {
    if (!items.empty()) items += ',';
    items += json.dump();
}

}  // namespace

StreamHub::StreamHub(db::Pool& database, Workers& workers)
    : database_(database), workers_(workers), thread_([this] { run(); }) {}

StreamHub::~StreamHub() {
    stop();
}

void StreamHub::committed(core::Rows& rows) {
    if (listening_ == 0) return;
    Change change{rows.head.size,         std::move(rows.orders),   std::move(rows.trades),
                  std::move(rows.leases), std::move(rows.readings), std::move(rows.markets)};
    {
        const std::scoped_lock lock(mutex_);
        if (changes_.size() >= kMostChanges)
            lost_ = true;
        else
            changes_.push_back(std::move(change));
    }
    changed_.notify_one();
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
            books_.try_emplace(*channel.market, subscription->name())
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
            const auto snapshot = database_.snapshot("stream_snapshot", [&](db::Tx& tx) {
                return read_channel(tx, subscription->channel(), subscription->organisation());
            });
            const std::scoped_lock lock(mutex_);
            subscription->begin(snapshot.size, snapshot.items, snapshot.complete);
        } catch (const std::exception& failure) {
            spdlog::warn("the stream could not read a snapshot: {}", failure.what());
            subscription->outlet()->close(CloseCode::kTryAgain);
        }
    });
    if (!posted) subscription->outlet()->close(CloseCode::kTryAgain);
}

void StreamHub::unsubscribe(const SubscriptionPtr& subscription) {
    const std::scoped_lock lock(mutex_);
    --listening_;
    const Channel& channel = subscription->channel();
    if (channel.kind == Kind::kBook) {
        const auto book = books_.find(*channel.market);
        if (book == books_.end()) return;
        book->second.remove(subscription);
        if (book->second.empty()) books_.erase(book);
    } else {
        std::erase(place_of(*subscription), subscription);
    }
}

void StreamHub::insist(std::function<bool()> attempt) {
    const std::scoped_lock lock(mutex_);
    attempts_.emplace_back(kAttempts, std::move(attempt));
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

void StreamHub::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void StreamHub::run() {
    auto next_beat = steady_clock::now() + kBeat;
    std::uint64_t beats = 0;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        changed_.wait_for(lock, kTick, [this] { return stopping_ || !changes_.empty(); });
        if (std::exchange(lost_, false)) lose_all();
        while (!changes_.empty()) {
            const Change change = std::move(changes_.front());
            changes_.pop_front();
            tell_all(change);
        }
        read_books();
        try_again();
        if (steady_clock::now() < next_beat) continue;
        next_beat = steady_clock::now() + kBeat;
        for (const auto& outlet : outlets_)
            outlet->beat();
        if (++beats % kBeatsOfAWelcome == 0) check_welcome();
    }
    try_again();
}

// A gap for everybody: each begins anew.
void StreamHub::lose_all() {
    changes_.clear();
    for (const auto& outlet : outlets_)
        outlet->fall_behind();
}

void StreamHub::tell_all(const Change& change) {
    Items items;
    tell_own(change, items);
    tell_public(change, items);
    if (!change.readings.empty()) tell_readings(change, items);
    for (const auto& [subscription, text] : items)
        subscription->change(change.size, "[" + text + "]");
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
        tell(Kind::kOrders, order.view.terms.organisation, [&] { return to_json(order); });
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
        const auto book = books_.find(order.view.terms.market);
        if (book != books_.end()) book->second.touch();
    }
    for (const core::TradeRow& trade : change.trades) {
        const Listeners* found = listeners(Kind::kTrades, trade.market);
        if (found == nullptr) continue;
        for (const SubscriptionPtr& subscription : *found)
            append(out[subscription], to_public_json(trade));
    }
    for (const core::MarketRow& market : change.markets) {
        for (const SubscriptionPtr& subscription : index_)
            append(out[subscription], to_json(market));
    }
}

void StreamHub::tell_readings(const Change& change, Items& out) {
    const bool wanted = std::ranges::any_of(private_, [](const auto& listened) {
        return listened.first.first == Kind::kReadings && !listened.second.empty();
    });
    if (!wanted) return;
    for (const core::ReadingRow& reading : change.readings) {
        const auto parties = parties_of(reading.lease);
        if (!parties) continue;
        for (const OrganisationId& party : {parties->buyer, parties->provider}) {
            const Listeners* found = listeners(Kind::kReadings, party);
            if (found == nullptr) continue;
            for (const SubscriptionPtr& subscription : *found)
                append(out[subscription], to_json(reading));
        }
    }
}

std::optional<StreamHub::Parties> StreamHub::parties_of(const LeaseId& lease) {
    if (parties_.size() > kMostKnown) parties_.clear();
    const auto [known, fresh] = parties_.try_emplace(lease);
    if (!fresh) return known->second;
    try {
        const auto row = database_.read("stream_lease",
                                        [&lease](db::Tx& tx) { return db::find_lease(tx, lease); });
        if (row) known->second = Parties{row->buyer, row->provider};
        return known->second;
    } catch (const std::exception& failure) {
        spdlog::warn("the stream could not read a lease: {}", failure.what());
        parties_.erase(known);
        lost_ = true;
        return std::nullopt;
    }
}

void StreamHub::try_again() {
    std::erase_if(attempts_,
                  [](auto& attempt) { return attempt.second() || --attempt.first == 0; });
}

void StreamHub::read_books() {
    for (auto& [market, book] : books_) {
        if (!book.wants_reading(steady_clock::now())) continue;
        if (!workers_.try_post([this, key = market] { read_book(key); })) book.give_up();
    }
}

void StreamHub::read_book(const matching::MarketKey& market) {
    std::optional<BookReading> reading;
    try {
        const auto begun = steady_clock::now();
        reading = database_.snapshot("stream_depth", [&market](db::Tx& tx) {
            return BookReading{db::read_log_point(tx).size, db::list_depth(tx, market, kLevels)};
        });
        reading->took = steady_clock::now() - begun;
    } catch (const std::exception& failure) {
        spdlog::warn("the stream could not read a book: {}", failure.what());
    }
    const std::scoped_lock lock(mutex_);
    const auto found = books_.find(market);
    if (found == books_.end()) return;
    if (reading)
        found->second.show(*reading, steady_clock::now());
    else
        found->second.give_up();
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
