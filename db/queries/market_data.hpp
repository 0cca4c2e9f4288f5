#pragma once

// Market data for everybody: trades without who traded, candles, the price index. Candles and
// fixings are made of the trades when these are over and committed: by one writer at a time, in
// steps that each are one short transaction.

#include "base/ids.hpp"
#include "base/units.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"
#include "matching/market_data/price_index.hpp"
#include "matching/terms.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::db {

struct PublicTrade {
    TradeId id;
    matching::IndexTrade trade;
};
struct PublicTradeFilter {
    matching::MarketKey market;
    std::optional<Time> from;   // time ≥
    std::optional<Time> until;  // time <
    std::optional<std::string> hub;
};
Listed<PublicTrade> list_public_trades(Tx& tx, const PublicTradeFilter& filter, const Page& page);

// A span of time in which a market traded. Prices are per CU·h, rounded down.
struct Candle {
    Time start;
    Price open;
    Price high;
    Price low;
    Price close;
    std::int64_t trades = 0;
    Lots lots;               // of all trades
    std::int64_t lot_s = 0;  // lots × seconds of their windows
    Cu cu_h;                 // CU × hours of their windows, rounded down
    Money value;             // what they cost, rounded down
};
struct CandleFilter {
    matching::MarketKey market;
    Duration interval{60};  // a multiple of a minute that divides an hour, or one of an hour
    Time from;              // candles that start from here on
    Time until;             // and before this
    std::int64_t limit = 200;
};
// Oldest first, one more than the limit when there are more; what is not over yet as it stands.
// REQUIRES a transaction that sees one moment.
std::vector<Candle> list_candles(Tx& tx, const CandleFilter& filter);

// One value of one series.
struct IndexRow {
    matching::MarketKey market;
    std::string hub;       // empty: all
    std::string firmness;  // empty: both
    Time at;
    std::int64_t method = matching::kIndexMethod;
    Price price;
    std::int64_t level = 0;
    std::int64_t volume = 0;
    std::int64_t trades = 0;
    Time since;
    friend bool operator==(const IndexRow&, const IndexRow&) = default;
};
// The last fixing of the market; empty when there is none yet.
std::vector<IndexRow> list_last_fixing(Tx& tx, const matching::MarketKey& market);
// The first fixing of the market after `after`; empty when there is none yet.
std::vector<IndexRow> list_fixing_after(Tx& tx, const matching::MarketKey& market, Time after);
struct IndexFilter {
    matching::MarketKey market;
    std::string hub;
    std::string firmness;
    std::optional<Time> from;
    std::optional<Time> until;
    std::int64_t limit = 200;
};
// Oldest first, one more than the limit when there are more.
std::vector<IndexRow> list_index_values(Tx& tx, const IndexFilter& filter);

// What a fixing of a market is made of.
matching::Fixing read_last_fixing(Tx& tx, const matching::MarketKey& market);
std::vector<matching::IndexTrade> read_index_trades(Tx& tx, const matching::MarketKey& market,
                                                    Time at);
void add_fixing(Tx& tx, const matching::MarketKey& market, Time at, const matching::Fixing& fixing);

struct MarketDataProgress {
    Time minutes;  // candles of a minute are made until here
    Time hours;
    Time index;  // the last fixing that was looked at
};
MarketDataProgress read_market_data_progress(Tx& tx);
// Who holds it is the one writer.
MarketDataProgress lock_market_data(Tx& tx);
// Candles of minutes that are over at `committed`, at most of an hour, and of hours. True: nothing
// is left to do. REQUIRES that all trades before `committed` are visible.
bool make_candles(Tx& tx, Time committed);
// The next full hour that can have a fixing, at `committed` or before; nullopt: none yet. Hours in
// whose look-back nothing traded are passed over.
std::optional<Time> next_fixing(Tx& tx, Time committed);
void set_fixed(Tx& tx, Time at);

}  // namespace suanpan::db
