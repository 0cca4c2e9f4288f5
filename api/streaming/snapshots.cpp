#include "api/streaming/snapshots.hpp"

#include "api/json/price_index.hpp"
#include "api/json/render.hpp"
#include "db/queries/billing.hpp"
#include "db/queries/capacity.hpp"
#include "db/queries/market_data.hpp"
#include "db/queries/trading.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::api {

namespace {

struct Items {
    Json json = Json::array();
    bool complete = true;
};

constexpr std::int64_t kPage = 200;

db::Page newest(std::int64_t limit) {
    db::Page page;
    page.limit = limit;
    page.newest_first = true;
    return page;
}

// Page after page of what `list` gives.
template <typename List, typename IdOf, typename Render>
Items collect(const List& list, const IdOf& id_of, const Render& render) {
    Items out;
    db::Page page = newest(kPage);
    while (true) {
        const auto listed = list(page);
        for (const auto& row : listed.rows)
            out.json.push_back(render(row));
        if (!listed.has_more) return out;
        out.complete = static_cast<std::int64_t>(out.json.size()) < kMostItems;
        if (!out.complete) return out;
        page.after = id_of(listed.rows.back()).bytes;
    }
}

Items orders_of(db::Tx& tx, const OrganisationId& organisation) {
    db::OrderFilter filter;
    filter.organisation = organisation;
    filter.open_only = true;
    return collect([&](const db::Page& page) { return db::list_orders(tx, filter, page); },
                   [](const db::OrderInfo& order) { return order.row.view.terms.id; },
                   [](const db::OrderInfo& order) { return to_json(order); });
}

Items leases_of(db::Tx& tx, const OrganisationId& organisation) {
    db::LeaseFilter filter;
    filter.party = organisation;
    filter.open_only = true;
    return collect([&](const db::Page& page) { return db::list_leases(tx, filter, page); },
                   [](const core::LeaseRow& lease) { return lease.id; },
                   [&](const core::LeaseRow& lease) { return to_json(lease, organisation); });
}

Items trades_of(db::Tx& tx, const matching::MarketKey& market) {
    db::TradeFilter filter;
    filter.market = market;
    Items items;
    for (const core::TradeRow& trade : db::list_trades(tx, filter, newest(kMostTrades)).rows)
        items.json.push_back(to_public_json(trade));
    return items;
}

Items index_of(db::Tx& tx) {
    Items items;
    const auto rows = db::list_markets(tx);
    for (const core::MarketRow& market : rows)
        items.json.push_back(to_json(market));
    for (const core::MarketRow& market : rows) {
        const auto series = db::list_last_fixing(tx, market.rules.key);
        if (!series.empty()) items.json.push_back(fixing_json(market.rules.key, series));
    }
    return items;
}

}  // namespace

ChannelSnapshot read_channel(db::Tx& tx, const Channel& channel,
                             const OrganisationId& organisation) {
    const LogIndex size = db::read_log_point(tx).size;
    Items items;
    Time fixed;
    switch (channel.kind) {
        case Channel::Kind::kOrders: items = orders_of(tx, organisation); break;
        case Channel::Kind::kLeases: items = leases_of(tx, organisation); break;
        case Channel::Kind::kTrades: items = trades_of(tx, *channel.market); break;
        case Channel::Kind::kIndex:
            items = index_of(tx);
            fixed = db::read_market_data_progress(tx).index;
            break;
        case Channel::Kind::kReadings:
        case Channel::Kind::kBook: break;
    }
    return {size, items.json.dump(), items.complete, fixed};
}

}  // namespace suanpan::api
