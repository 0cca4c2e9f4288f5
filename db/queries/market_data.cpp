#include "db/queries/market_data.hpp"

#include "base/time.hpp"
#include "db/paging.hpp"
#include "db/queries/billing.hpp"
#include "db/table_market_data.hpp"

#include <algorithm>
#include <utility>

namespace suanpan::db {
namespace {

// The group that an organisation was in when the trade was made.
std::string group_of(const std::string& organisation) {
    return "(SELECT g.related_group FROM organisation_group AS g WHERE g.organisation = t." +
           organisation + " AND g.from_index <= t.log_index ORDER BY g.from_index DESC LIMIT 1)";
}

// Ids sort by the milliseconds that they begin with; this is less than any of its time.
std::string first_id_after(const std::string& time_s) {
    return "(lpad(to_hex((" + time_s + ") * 1000), 12, '0') || repeat('0', 20))::uuid";
}

// Why the index does not count a trade. The title in force then: confirmed titles never change, and
// one that another followed is told as past.
const std::string& exclusion() {
    static const std::string kSql =
        "CASE WHEN nullif(" + group_of("buyer") + ", '') = " + group_of("provider") +
        " THEN 'related'"
        " WHEN EXISTS (SELECT FROM title AS o WHERE o.pool = t.pool"
        "  AND o.state IN ('confirmed', 'past') AND o.from_s <= t.time_s"
        "  AND t.buyer = ANY (o.owners) AND NOT EXISTS (SELECT FROM title AS n"
        "   WHERE n.pool = t.pool AND n.state IN ('confirmed', 'past')"
        "   AND n.from_s > o.from_s AND n.from_s <= t.time_s)) THEN 'related'"
        " WHEN EXISTS (SELECT FROM trade AS r WHERE r.market = t.market"
        "  AND r.buyer = t.provider AND r.provider = t.buyer AND r.id < t.id AND r.id >= " +
        first_id_after("t.time_s - " + std::to_string(matching::kReciprocalWithin.value)) +
        ") THEN 'reciprocal' ELSE 'none' END";
    return kSql;
}

Select select_public_trades(std::string_view name) {
    return Select(name,
                  "t.id, t.time_s, t.log_index, t.lots, t.start_s, t.end_s, t.price_micro,"
                  " t.price_unit, t.rate_mcu, s.hub,"
                  " coalesce(p.profile -> 'firm' = 'true'::jsonb, false), " +
                      exclusion(),
                  "trade AS t JOIN pool AS p ON p.id = t.pool JOIN site AS s ON s.id = p.site");
}

PublicTrade read_public_trade(RowReader& reader) {
    PublicTrade out;
    matching::IndexTrade& trade = out.trade;
    reader("id", out.id);
    reader("time_s", trade.time);
    reader("log_index", trade.order);
    reader("lots", trade.lots);
    reader("start_s", trade.window.start);
    reader("end_s", trade.window.end);
    reader("price_micro", trade.price);
    reader("price_unit", trade.unit);
    reader("rate_mcu", trade.rate);
    reader("hub", trade.hub);
    trade.firmness =
        reader.value<bool>() ? matching::Firmness::kFirm : matching::Firmness::kPreemptible;
    trade.exclusion = get(matching::parse_exclusion(reader.value<std::string>()));
    if (trade.exclusion == matching::Exclusion::kNone &&
        matching::is_forward(trade.time, trade.window))
        trade.exclusion = matching::Exclusion::kForward;
    return out;
}

// No trade of this time has a lesser one.
TradeId first_id(Time time) {
    return TradeId{make_id_bytes(time, {})};
}

matching::SeriesKey key_of(const IndexRow& row) {
    matching::SeriesKey key{row.hub, std::nullopt};
    if (!row.firmness.empty()) key.firmness = get(matching::parse_firmness(row.firmness));
    return key;
}

}  // namespace

Listed<PublicTrade> list_public_trades(Tx& tx, const PublicTradeFilter& filter, const Page& page) {
    Select select = select_public_trades("list_public_trades");
    select.where("t.market = $?", filter.market).where("s.hub = $?", filter.hub);
    if (filter.from) select.where("t.id >= $?::uuid", first_id(*filter.from));
    if (filter.until) select.where("t.id < $?::uuid", first_id(*filter.until));
    turn_page(select, page, "t.id");
    return listed<PublicTrade>(select.run(tx), page, read_public_trade);
}

std::vector<matching::IndexTrade> read_index_trades(Tx& tx, const matching::MarketKey& market,
                                                    Time at) {
    const Time from(std::max<std::int64_t>(at.value - matching::kIndexLookBack.value, 0));
    Select select = select_public_trades("read_index_trades");
    select.where("t.market = $?", market)
        .where("t.id >= $?::uuid", first_id(from))
        .where("t.id < $?::uuid", first_id(at))
        .then("ORDER BY t.id DESC LIMIT " + std::to_string(matching::kMostIndexTrades));
    std::vector<matching::IndexTrade> out;
    for (const auto& row : select.run(tx)) {
        RowReader reader(row);
        out.push_back(read_public_trade(reader).trade);
    }
    return out;
}

std::vector<IndexRow> list_last_fixing(Tx& tx, const matching::MarketKey& market) {
    // The market by its value in both places: looked up once, not for each row of the market.
    return read_all<IndexRow>(
        select_from<IndexRow>("list_last_fixing")
            .where("t.market = $? AND t.at_s = (SELECT max(l.at_s) FROM index_value AS l"
                   " WHERE l.market = $?)",
                   market)
            .then("ORDER BY t.hub, t.firmness")
            .run(tx));
}

std::vector<IndexRow> list_fixing_after(Tx& tx, const matching::MarketKey& market, Time after) {
    return read_all<IndexRow>(run_statement(
        tx, "list_fixing_after",
        "SELECT " + select_list("t", columns<IndexRow>()) +
            " FROM index_value AS t WHERE t.market = $1 AND t.at_s = (SELECT min(l.at_s)"
            " FROM index_value AS l WHERE l.market = $1 AND l.at_s > $2::bigint)"
            " ORDER BY t.hub, t.firmness",
        {to_string(market), std::to_string(after.value)}));
}

std::vector<IndexRow> list_index_values(Tx& tx, const IndexFilter& filter) {
    Select select = select_from<IndexRow>("list_index_values");
    select.where("t.market = $?", filter.market)
        .where("t.hub = $?", filter.hub)
        .where("t.firmness = $?", filter.firmness)
        .where("t.at_s >= $?::bigint", filter.from)
        .where("t.at_s < $?::bigint", filter.until)
        .then("ORDER BY t.at_s LIMIT " + std::to_string(filter.limit + 1));
    return read_all<IndexRow>(select.run(tx));
}

matching::Fixing read_last_fixing(Tx& tx, const matching::MarketKey& market) {
    matching::Fixing out;
    for (const IndexRow& row : list_last_fixing(tx, market)) {
        out.emplace(key_of(row),
                    matching::IndexValue{row.price, row.level, row.volume, row.trades, row.since});
    }
    return out;
}

void add_fixing(Tx& tx, const matching::MarketKey& market, Time at,
                const matching::Fixing& fixing) {
    std::vector<IndexRow> rows;
    for (const auto& [key, value] : fixing) {
        IndexRow row;
        row.market = market;
        row.hub = key.hub;
        if (key.firmness) row.firmness = to_string(*key.firmness);
        row.at = at;
        row.price = value.price;
        row.level = value.level;
        row.volume = value.volume;
        row.trades = value.trades;
        row.since = value.since;
        rows.push_back(std::move(row));
    }
    add_rows(tx, rows);
}

namespace {

// Trades put together by their spans of `width` seconds, in the columns of `candle`.
std::string candles_of_trades(const std::string& width, const std::string& condition) {
    const std::string price =
        "(CASE t.price_unit WHEN 'cu' THEN t.price_micro"
        " ELSE t.price_micro * 1000 / t.rate_mcu END)";
    const std::string lot_s = "(t.lots::numeric * (t.end_s - t.start_s))";
    return "SELECT t.market, " + width + "::bigint AS interval_s, t.time_s - t.time_s % " + width +
           " AS start_s, (array_agg(" + price + " ORDER BY t.log_index))[1] AS open_micro, max(" +
           price + ") AS high_micro, min(" + price + ") AS low_micro, (array_agg(" + price +
           " ORDER BY t.log_index DESC))[1] AS close_micro, count(*) AS trades,"
           " sum(t.lots)::numeric AS lots, sum(" +
           lot_s + ") AS lot_s, sum(" + lot_s + " * t.rate_mcu) AS mcu_s, sum(" + lot_s +
           " * t.price_micro * CASE t.price_unit WHEN 'cu' THEN t.rate_mcu ELSE 1000 END)"
           " AS value FROM trade AS t WHERE " +
           condition + " GROUP BY 1, 3";
}

// Candles put together to wider ones; of the columns of `candle` those from start_s on.
std::string wider_candles(const std::string& width, const std::string& from) {
    return "c.start_s - c.start_s % " + width +
           " AS span_s, (array_agg(c.open_micro ORDER BY c.start_s))[1], max(c.high_micro),"
           " min(c.low_micro), (array_agg(c.close_micro ORDER BY c.start_s DESC))[1],"
           " sum(c.trades)::bigint, sum(c.lots), sum(c.lot_s), sum(c.mcu_s), sum(c.value) FROM " +
           from;
}

constexpr std::string_view kCandleColumns =
    "market, interval_s, start_s, open_micro, high_micro, low_micro, close_micro, trades, lots,"
    " lot_s, mcu_s, value";

// When the first trade from `from` on was made.
std::optional<Time> first_trade(Tx& tx, Time from) {
    const auto rows = run_statement(
        tx, "first_trade", "SELECT time_s FROM trade WHERE id >= $1::uuid ORDER BY id LIMIT 1",
        {Column<TradeId>::encode(first_id(from))});
    if (rows.empty()) return std::nullopt;
    RowReader reader(rows[0]);
    return reader.value<Time>();
}

void add_minutes(Tx& tx, Time from, Time until) {
    static const std::string kSql = "INSERT INTO candle (" + std::string(kCandleColumns) + ") " +
                                    candles_of_trades("60", "t.id >= $1::uuid AND t.id < $2::uuid");
    run_statement(
        tx, "add_minutes", kSql,
        {Column<TradeId>::encode(first_id(from)), Column<TradeId>::encode(first_id(until))});
}

void add_hours(Tx& tx, Time from, Time until) {
    static const std::string kSql =
        "INSERT INTO candle (" + std::string(kCandleColumns) +
        ") SELECT w.market, 3600, w.span_s, w.o, w.h, w.l, w.c, w.n, w.lots, w.lot_s, w.mcu_s,"
        " w.value FROM (SELECT c.market, " +
        wider_candles("3600",
                      "market AS m JOIN candle AS c ON c.market = m.market"
                      " AND c.interval_s = 60 AND c.start_s >= $1::bigint"
                      " AND c.start_s < $2::bigint GROUP BY 1, 2") +
        ") AS w (market, span_s, o, h, l, c, n, lots, lot_s, mcu_s, value)";
    run_statement(tx, "add_hours", kSql, {std::to_string(from.value), std::to_string(until.value)});
}

// Candles that are made, and what is younger than they are from the trades themselves.
std::string candles_statement(const CandleFilter& filter) {
    const std::string columns =
        "c.market, c.interval_s, c.start_s, c.open_micro, c.high_micro, c.low_micro,"
        " c.close_micro, c.trades, c.lots, c.lot_s, c.mcu_s, c.value";
    const auto made = [&columns](const std::string& interval, const std::string& from,
                                 const std::string& until) {
        return "SELECT " + columns +
               " FROM candle AS c WHERE c.market = $1 AND c.interval_s = " + interval +
               " AND c.start_s >= " + from + " AND c.start_s < " + until;
    };
    std::string parts =
        candles_of_trades("60", "t.market = $1 AND t.id >= $4::uuid AND t.id < $5::uuid");
    parts += " UNION ALL " + made("3600", "$2::bigint", "least($3::bigint, $6::bigint)") +
             " UNION ALL " +
             made("60", "greatest($2::bigint, $6::bigint)", "least($3::bigint, $7::bigint)");
    const std::string width = std::to_string(filter.interval.value);
    return "SELECT w.span_s, w.o, w.h, w.l, w.c, w.n, w.lots::bigint, w.lot_s::bigint,"
           " div(w.mcu_s, 3600)::bigint, div(w.value, 3600000)::bigint FROM (SELECT " +
           wider_candles(width, "(" + parts + ") AS c GROUP BY 1 ORDER BY 1 LIMIT " +
                                    std::to_string(filter.limit + 1)) +
           ") AS w (span_s, o, h, l, c, n, lots, lot_s, mcu_s, value) ORDER BY 1";
}

}  // namespace

std::vector<Candle> list_candles(Tx& tx, const CandleFilter& filter) {
    const MarketDataProgress made = read_market_data_progress(tx);
    const Time from = ceil_to_grid(filter.from, filter.interval);
    const Time until = std::max(from, ceil_to_grid(filter.until, filter.interval));
    const Time young = std::max(from, made.minutes);
    // Until when hours serve: what is not made of whole hours is made of minutes alone.
    const Time hours = filter.interval.value % kSecondsPerHour == 0 ? made.hours : from;
    return read_all<Candle>(run_statement(
        tx, "list_candles", candles_statement(filter),
        {to_string(filter.market), std::to_string(from.value), std::to_string(until.value),
         Column<TradeId>::encode(first_id(young)), Column<TradeId>::encode(first_id(until)),
         std::to_string(hours.value), std::to_string(made.minutes.value)}));
}

MarketDataProgress read_market_data_progress(Tx& tx) {
    return read_one<MarketDataProgress>(
               select_from<MarketDataProgress>("market_data_progress").run(tx))
        .value();
}

MarketDataProgress lock_market_data(Tx& tx) {
    return read_one<MarketDataProgress>(
               select_from<MarketDataProgress>("lock_market_data").then("FOR UPDATE").run(tx))
        .value();
}

bool make_candles(Tx& tx, Time committed) {
    const MarketDataProgress made = lock_market_data(tx);
    const Time end = floor_to_grid(committed, Duration(60));
    if (end <= made.minutes) return true;
    Time until = end;
    const auto first = first_trade(tx, made.minutes);
    if (first && *first < end) {
        const Time from = floor_to_grid(*first, Duration(60));
        until = std::min(end, ceil_to_grid(Time(from.value + 1), Duration(kSecondsPerHour)));
        add_minutes(tx, from, until);
    }
    const Time hours = floor_to_grid(until, Duration(kSecondsPerHour));
    if (hours > made.hours) add_hours(tx, made.hours, hours);
    run_statement(tx, "set_candles_made",
                  "UPDATE market_data_progress SET minutes_s = $1::bigint, hours_s = $2::bigint",
                  {std::to_string(until.value), std::to_string(std::max(hours, made.hours).value)});
    return until == end;
}

std::optional<Time> next_fixing(Tx& tx, Time committed) {
    const Time last = floor_to_grid(committed, matching::kFixingEvery);
    const Time next(lock_market_data(tx).index.value + matching::kFixingEvery.value);
    if (next > last) return std::nullopt;
    const auto first = first_trade(
        tx, Time(std::max<std::int64_t>(next.value - matching::kIndexLookBack.value, 0)));
    // The first full hour that it lies before.
    const Time at =
        first ? std::max(next, ceil_to_grid(Time(first->value + 1), matching::kFixingEvery))
              : Time(last.value + 1);
    if (at <= last) return at;
    set_fixed(tx, last);
    return std::nullopt;
}

void set_fixed(Tx& tx, Time at) {
    run_statement(tx, "set_fixed", "UPDATE market_data_progress SET index_s = $1::bigint",
                  {std::to_string(at.value)});
}

}  // namespace suanpan::db
