#include "services/market_data/market_data_loop.hpp"

#include "base/thread_name.hpp"
#include "base/time.hpp"
#include "db/queries/billing.hpp"
#include "db/queries/capacity.hpp"
#include "db/queries/market_data.hpp"
#include "services/background.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace suanpan::services {

namespace {

void fix_market(db::Tx& tx, const matching::MarketKey& market, Time at) {
    const auto trades = db::read_index_trades(tx, market, at);
    if (trades.empty()) return;
    const auto fixing = matching::fix_index(db::read_last_fixing(tx, market), at, trades);
    if (fixing) return db::add_fixing(tx, market, at, *fixing);
    spdlog::error("the index of {} has no fixing at {}: {}", matching::to_string(market), at.value,
                  fixing.error().detail());
}

// False: there is none to make.
bool fix_next(db::Tx& tx, Time committed) {
    const auto at = db::next_fixing(tx, committed);
    if (!at) return false;
    for (const core::MarketRow& market : db::list_markets(tx))
        fix_market(tx, market.rules.key, *at);
    db::set_fixed(tx, *at);
    return true;
}

}  // namespace

void make_market_data(db::Pool& database, const std::stop_token& stop) {
    Time committed;
    db::MarketDataProgress progress;
    database.snapshot("market_data_progress", [&](db::Tx& tx) {
        committed = db::read_log_point(tx).last_time;
        progress = db::read_market_data_progress(tx);
    });
    // Nothing is written while there is nothing to do.
    bool more = floor_to_grid(committed, Duration(60)) > progress.minutes;
    while (more && !stop.stop_requested()) {
        more = !database.write("make_candles",
                               [&](db::Tx& tx) { return db::make_candles(tx, committed); });
    }
    more = floor_to_grid(committed, matching::kFixingEvery) > progress.index;
    while (more && !stop.stop_requested())
        more = database.write("fix_index", [&](db::Tx& tx) { return fix_next(tx, committed); });
}

MarketDataLoop::MarketDataLoop(db::Pool& database, FixingListener fixed,
                               std::chrono::milliseconds every)
    : database_(database),
      news_(database, std::move(fixed)),
      every_(every),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void MarketDataLoop::run(const std::stop_token& stop) {
    name_thread("market-data");
    give_way();
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, stop, every_, [] { return false; }) && !stop.stop_requested()) {
        try {
            make_market_data(database_, stop);
            news_.tell(stop);
        } catch (const std::exception& error) {
            spdlog::warn("market data could not be made now: {}", error.what());
        }
    }
}

}  // namespace suanpan::services
