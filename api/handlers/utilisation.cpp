// What there is and how much of it is used, by class and hub, and the totals of the exchange.

#include "db/queries/utilisation.hpp"

#include "api/handlers/input.hpp"
#include "api/handlers/market_data.hpp"
#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "services/clock.hpp"
#include "services/market_data/fold.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kLongest = 400 * kDay;

// Nobody minds if it is a minute old; it is much to read.
Response kept_a_minute(Response response, const char* control = "private, max-age=60") {
    response.headers.emplace_back("Cache-Control", control);
    return response;
}

// Of the time that was there to be sold; 0 where there was none.
std::int64_t share_of_time(std::int64_t part, Int128 whole) {
    if (whole <= 0) return 0;
    return static_cast<std::int64_t>(floor_div(Int128{part} * kPpm, whole));
}

Json group_json(const services::CapacityGroup& group, Duration length) {
    const db::Holding& sums = group.sums;
    const Int128 there = Int128{sums.lots.value} * length.value - sums.blocked_s;
    Json out{{"class", group.compute_class},
             {"providers", group.providers},
             {"lots", sums.lots.value},
             {"cu", to_string(sums.rate)},
             {"listed_lots", sums.listed.value},
             {"blocked_lot_seconds", std::to_string(sums.blocked_s)},
             {"leased_lot_seconds", std::to_string(sums.leased_s)},
             {"delivered_lot_seconds", std::to_string(sums.delivered_s)},
             {"leased_cu_hours", to_string(sums.leased_cu_h)},
             {"delivered_cu_hours", to_string(sums.delivered_cu_h)},
             {"leased_ppm", share_of_time(sums.leased_s, there)},
             {"delivered_ppm", share_of_time(sums.delivered_s, there)}};
    if (group.hub) out["hub"] = *group.hub;
    return out;
}

Window read_capacity_window(const Call& call, Fields& query) {
    const Time now = call.context.clock.now();
    Window window;
    window.end = query.find("to", parse_time).value_or(now);
    window.start = query.find("from", parse_time)
                       .value_or(Time(std::max<std::int64_t>(window.end.value - kDay, 0)));
    if (window.start >= window.end)
        query.fault("from", "out_of_range", "from must lie before to");
    else if (window.length().value > kLongest)
        query.fault("from", "out_of_range", "from and to are at most 400 days apart");
    else if (window.start.value < 0 || window.end > kLastTime)
        query.fault("from", "out_of_range", "these are times from 1970 on");
    return window;
}

}  // namespace

Result<Response> get_capacity(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const Window window = read_capacity_window(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto holdings = call.context.database.all_rows().read(
        "list_holdings", [&](db::Tx& tx) { return db::list_holdings(tx, window); });
    const auto folded = services::fold_capacity(holdings);
    if (!folded) return fail(folded.error());
    Json items = Json::array();
    for (const services::CapacityGroup& group : folded->groups)
        items.push_back(group_json(group, window.length()));
    return kept_a_minute(json_response({{"window", to_json(window)},
                                        {"items", std::move(items)},
                                        {"withheld", folded->withheld}}));
}

Result<Response> get_tiers(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const auto place = query.need_text("place");
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto tiers = call.context.database.all_rows().read(
        "list_tiers", [&](db::Tx& tx) { return db::list_tiers(tx, *place); });
    Json items = Json::array();
    for (const db::TierCapacity& tier : tiers) {
        items.push_back({{"class", tier.compute_class},
                         {"tier", tier.tier},
                         {"pools", tier.pools},
                         {"lots", tier.lots.value},
                         {"cu", to_string(tier.rate)}});
    }
    return kept_a_minute(json_response({{"place", *place}, {"items", std::move(items)}}));
}

Result<Response> get_totals(Call& call) {
    const db::Totals totals =
        call.context.database.all_rows().snapshot("read_totals", db::read_totals);
    Json classes = Json::array();
    for (const db::ClassTotal& total : totals.classes) {
        classes.push_back({{"class", total.compute_class},
                           {"pools", total.pools},
                           {"lots", total.lots.value},
                           {"cu", to_string(total.rate)}});
    }
    Json traded = Json::array();
    for (const db::TradedTotal& total : totals.traded) {
        traded.push_back({{"currency", total.currency},
                          {"trades", total.trades},
                          {"lot_hours", std::to_string(total.lot_h)},
                          {"value", to_string(total.value)}});
    }
    return kept_a_minute(json_response({{"providers", totals.providers},
                                        {"pools", totals.pools},
                                        {"lots", totals.lots.value},
                                        {"accelerators", totals.accelerators.value},
                                        {"active_leases", totals.active_leases},
                                        {"classes", std::move(classes)},
                                        {"traded", std::move(traded)},
                                        {"traded_until", to_string(totals.traded_until)}}),
                         "public, max-age=60");
}

}  // namespace suanpan::api
