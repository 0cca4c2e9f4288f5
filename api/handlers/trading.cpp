#include "db/queries/trading.hpp"

#include "api/books.hpp"
#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "base/time.hpp"

namespace suanpan::api {

namespace {

constexpr std::int64_t kDefaultLevels = 50;
constexpr std::int64_t kMostLevels = 500;

}  // namespace

// A caller sees the trades it is a party to; the operator sees all.
Result<Response> list_trades(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const db::Page page = read_page(query, TradeId::kPrefix);
    db::TradeFilter filter;
    filter.market = query.find("market", matching::parse_market_key);
    filter.order = query.find("order", parse_id<OrderId>);
    filter.from = query.find("from", parse_time);
    filter.until = query.find("to", parse_time);
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    filter.party = *organisation;
    const auto listed =
        call.read("list_trades", [&](db::Tx& tx) { return db::list_trades(tx, filter, page); });
    return list_response(
        listed, [](const core::TradeRow& trade) { return to_json(trade); },
        [](const core::TradeRow& trade) { return to_string(trade.id); });
}

bool is_book_ready(const Call& call) {
    std::optional<matching::MarketKey> market;
    std::int64_t levels = kDefaultLevels;
    for (const auto& [name, value] : call.request.query) {
        if (name == "market") {
            if (const auto key = matching::parse_market_key(value)) market = *key;
        } else if (name == "levels") {
            levels = parse_count(value).value_or(0);
        }
    }
    return market && call.context.books.is_written(*market, levels);
}

Result<Response> get_book(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const auto market = query.need("market", matching::parse_market_key);
    const auto levels = query.find("levels", parse_count).value_or(kDefaultLevels);
    if (levels < 1 || levels > kMostLevels)
        query.fault("levels", "out_of_range", "levels is 1 to 500");
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const auto page = call.context.books.page(*market, levels);
    if (!page) return fail(page.error());
    Response response;
    response.body = (*page)->json;
    response.tag = (*page)->tag;
    return response;
}

}  // namespace suanpan::api
