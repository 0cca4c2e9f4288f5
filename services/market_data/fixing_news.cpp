#include "services/market_data/fixing_news.hpp"

#include "db/queries/capacity.hpp"

#include <chrono>
#include <exception>
#include <thread>
#include <utility>

namespace suanpan::services {

namespace {

constexpr std::chrono::milliseconds kTryAgain{200};
constexpr int kTries = 150;  // half a minute: the market sits a restart of PostgreSQL out too

Time read_begin(db::Pool& database) {
    for (int tried = 1;; ++tried) {
        try {
            return database.read("market_data_progress", db::read_market_data_progress).index;
        } catch (const std::exception& failure) {
            if (tried == kTries || !db::is_environment_failure(failure)) throw;
            std::this_thread::sleep_for(kTryAgain);
        }
    }
}

}  // namespace

FixingNews::FixingNews(db::Pool& database, FixingListener listener)
    : database_(database),
      listener_(std::move(listener)),
      begun_(read_begin(database)),
      seen_(begun_) {}

void FixingNews::tell(const std::stop_token& stop) {
    const Time until = database_.read("market_data_progress", db::read_market_data_progress).index;
    if (until <= seen_) return;
    for (const core::MarketRow& market : database_.read("list_markets", db::list_markets)) {
        const matching::MarketKey& key = market.rules.key;
        Time& told = told_.try_emplace(key, begun_).first->second;
        while (!stop.stop_requested()) {
            const auto series = database_.read("list_fixing_after", [&](db::Tx& tx) {
                return db::list_fixing_after(tx, key, told);
            });
            if (series.empty()) break;
            told = series.front().at;
            listener_(series);
        }
    }
    seen_ = until;
}

}  // namespace suanpan::services
