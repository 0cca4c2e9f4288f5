#include "db/queries/utilisation.hpp"

#include "db/queries/market_data.hpp"
#include "db/sql.hpp"

#include <utility>

namespace suanpan::db {
namespace {

// $1 to $2 is the window. A sell's listed lots are the most of its rest, its pool's at the most.
constexpr std::string_view kHoldings =
    "WITH offer AS (SELECT p.id, p.organisation, s.hub, r.key AS class, p.lots,"
    "  (r.value ->> 'rate_mcu')::bigint AS rate"
    "  FROM pool AS p JOIN site AS s ON s.id = p.site, jsonb_each(p.rates_mcu) AS r),"
    " span AS (SELECT b.pool, '' AS class, b.lots::numeric"
    "   * (least(coalesce(b.ended_at_s, b.end_s), $2::bigint) - greatest(b.start_s, $1::bigint))"
    "   AS blocked_s, 0::numeric AS leased_s, 0::numeric AS leased_mcu_s, 0::numeric AS us,"
    "   0::numeric AS mcu_us"
    "  FROM block AS b WHERE coalesce(b.ended_at_s, b.end_s) > $1::bigint"
    "  AND b.start_s < $2::bigint AND coalesce(b.ended_at_s, b.end_s) > b.start_s"
    "  UNION ALL SELECT l.pool, split_part(l.market, '/', 1), 0, l.lots::numeric * l.took,"
    "   l.lots::numeric * l.took * l.rate_mcu, coalesce(d.us, 0), coalesce(d.us, 0) * l.rate_mcu"
    "  FROM (SELECT t.id, t.pool, t.market, t.lots, t.rate_mcu, greatest(0,"
    "    least(coalesce(t.released_from_s, t.end_s), $2::bigint)"
    "    - greatest(t.start_s, $1::bigint)) AS took"
    "   FROM pool AS p JOIN lease AS t ON t.pool = p.id AND t.end_s > $1::bigint"
    "   AND t.start_s < $2::bigint) AS l"
    "  LEFT JOIN LATERAL (SELECT sum(w.lot_us)::numeric AS us FROM billing_window AS w"
    "   WHERE w.lease = l.id AND w.start_s >= $1::bigint AND w.end_s <= $2::bigint) AS d ON true),"
    " used AS (SELECT pool, class, sum(blocked_s) AS blocked_s, sum(leased_s) AS leased_s,"
    "  sum(leased_mcu_s) AS leased_mcu_s, sum(us) AS us, sum(mcu_us) AS mcu_us"
    "  FROM span GROUP BY 1, 2),"
    " sold AS (SELECT t.pool, split_part(t.market, '/', 1) AS class, sum((SELECT max(x.step)"
    "   FROM unnest(t.rest_steps) WITH ORDINALITY AS x (step, place) WHERE x.place % 2 = 0))"
    "   AS lots FROM orders AS t WHERE t.state IN ('open', 'partially_filled')"
    "  AND t.side = 'sell' AND t.start_s < $2::bigint AND t.end_s > $1::bigint GROUP BY 1, 2)"
    " SELECT o.class, o.hub, o.organisation, sum(o.lots)::bigint,"
    "  sum(o.lots::numeric * o.rate)::bigint, sum(least(o.lots, coalesce(s.lots, 0)))::bigint,"
    "  coalesce(sum(b.blocked_s), 0)::bigint, coalesce(sum(u.leased_s), 0)::bigint,"
    "  div(coalesce(sum(u.us), 0), 1000000)::bigint,"
    "  div(coalesce(sum(u.leased_mcu_s), 0), 3600)::bigint,"
    "  div(coalesce(sum(u.mcu_us), 0), 3600000000)::bigint"
    " FROM offer AS o LEFT JOIN sold AS s ON s.pool = o.id AND s.class = o.class"
    " LEFT JOIN used AS b ON b.pool = o.id AND b.class = ''"
    " LEFT JOIN used AS u ON u.pool = o.id AND u.class = o.class"
    " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";

constexpr std::string_view kTiers =
    "SELECT r.key, t.tier, count(*), sum(p.lots)::bigint,"
    " sum(p.lots::numeric * (r.value ->> 'rate_mcu')::bigint)::bigint"
    " FROM pool AS p CROSS JOIN jsonb_each(p.rates_mcu) AS r"
    " CROSS JOIN LATERAL (SELECT (p.profile -> 'rtt_ms' ->> $1)::numeric AS ms) AS m"
    " CROSS JOIN LATERAL (SELECT CASE WHEN m.ms <= 5 THEN 'onsite' WHEN m.ms <= 20 THEN 'near-edge'"
    "  WHEN m.ms <= 40 THEN 'regional' WHEN m.ms > 40 THEN 'national' ELSE 'unmeasured' END"
    "  AS tier) AS t"
    " GROUP BY 1, 2 ORDER BY 1, min(m.ms) NULLS LAST";

void read_traded(Tx& tx, Totals& totals) {
    const MarketDataProgress made = read_market_data_progress(tx);
    totals.traded_until = made.minutes;
    for (const auto& row : run_statement(
             tx, "read_traded",
             "SELECT split_part(c.market, '/', 2), sum(c.trades)::bigint,"
             " div(sum(c.lot_s), 3600)::bigint, div(sum(c.value), 3600000)::bigint"
             " FROM market AS m JOIN candle AS c ON c.market = m.market AND (c.interval_s = 3600"
             " OR (c.interval_s = 60 AND c.start_s >= $1::bigint)) GROUP BY 1 ORDER BY 1",
             {std::to_string(made.hours.value)})) {
        RowReader reader(row);
        TradedTotal traded;
        reader("currency", traded.currency);
        reader("trades", traded.trades);
        reader("lot_h", traded.lot_h);
        reader("value", traded.value);
        totals.traded.push_back(std::move(traded));
    }
}

void read_classes(Tx& tx, Totals& totals) {
    for (const auto& row : run_statement(
             tx, "read_class_totals",
             "SELECT r.key, count(*), sum(p.lots)::bigint,"
             " sum(p.lots::numeric * (r.value ->> 'rate_mcu')::bigint)::bigint"
             " FROM pool AS p CROSS JOIN jsonb_each(p.rates_mcu) AS r GROUP BY 1 ORDER BY 1",
             {})) {
        RowReader reader(row);
        ClassTotal total;
        reader("class", total.compute_class);
        reader("pools", total.pools);
        reader("lots", total.lots);
        reader("rate", total.rate);
        totals.classes.push_back(std::move(total));
    }
}

}  // namespace

std::vector<Holding> list_holdings(Tx& tx, const Window& window) {
    std::vector<Holding> out;
    for (const auto& row :
         run_statement(tx, "list_holdings", std::string(kHoldings),
                       {std::to_string(window.start.value), std::to_string(window.end.value)})) {
        RowReader reader(row);
        Holding holding;
        reader("class", holding.compute_class);
        reader("hub", holding.hub);
        reader("organisation", holding.provider);
        reader("lots", holding.lots);
        reader("rate", holding.rate);
        reader("listed", holding.listed);
        reader("blocked_s", holding.blocked_s);
        reader("leased_s", holding.leased_s);
        reader("delivered_s", holding.delivered_s);
        reader("leased_mcu_h", holding.leased_cu_h);
        reader("delivered_mcu_h", holding.delivered_cu_h);
        out.push_back(std::move(holding));
    }
    return out;
}

std::vector<TierCapacity> list_tiers(Tx& tx, const std::string& place) {
    std::vector<TierCapacity> out;
    for (const auto& row : run_statement(tx, "list_tiers", std::string(kTiers), {place})) {
        RowReader reader(row);
        TierCapacity tier;
        reader("class", tier.compute_class);
        reader("tier", tier.tier);
        reader("pools", tier.pools);
        reader("lots", tier.lots);
        reader("rate", tier.rate);
        out.push_back(std::move(tier));
    }
    return out;
}

Totals read_totals(Tx& tx) {
    Totals totals;
    const auto rows = run_statement(
        tx, "read_totals",
        "SELECT count(DISTINCT p.organisation), count(*), coalesce(sum(p.lots), 0)::bigint,"
        " coalesce(sum(p.lots) FILTER (WHERE p.profile ->> 'device_kind' <> 'cpu'), 0)::bigint,"
        " (SELECT count(*) FROM lease AS l WHERE NOT l.closed AND l.state = 'active')"
        " FROM pool AS p",
        {});
    RowReader reader(rows[0]);
    reader("providers", totals.providers);
    reader("pools", totals.pools);
    reader("lots", totals.lots);
    reader("accelerators", totals.accelerators);
    reader("active_leases", totals.active_leases);
    read_classes(tx, totals);
    read_traded(tx, totals);
    return totals;
}

}  // namespace suanpan::db
