#pragma once

// Orders, trades, leases, and the depth of a book.

#include "core/rows.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"
#include "db/side_rows.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::db {

struct OrderInfo {
    core::OrderRow row;
    std::string client_order_id;  // may be empty
    std::string metadata;         // canonical JSON, may be empty
};
std::optional<OrderInfo> find_order(Tx& tx, const OrderId& id);
std::optional<OrderInfo> find_order_by_client_id(Tx& tx, const OrganisationId& organisation,
                                                 std::string_view client_order_id);
// Of those that have one.
std::map<OrderId, std::string> find_client_order_ids(Tx& tx, const std::vector<OrderId>& orders);
struct OrderFilter {
    std::optional<OrganisationId> organisation;
    std::optional<matching::MarketKey> market;
    std::optional<matching::OrderState> state;
    std::optional<Side> side;
    std::optional<PoolId> pool;
    bool open_only = false;
};
Listed<OrderInfo> list_orders(Tx& tx, const OrderFilter& filter, const Page& page);
// What a request to the market is told from others by: its Idempotency-Key, and the client_order_id
// of the order it places. What it does not have is empty.
struct RequestNames {
    OrganisationId organisation;
    std::string route;
    std::string key;
    OrganisationId trader;
    std::string client_order_id;
};
struct TakenClientOrder {
    OrganisationId organisation;
    std::string client_order_id;
    OrderId order;
};
struct TakenNames {
    std::optional<IdempotencyRow> response;
    std::optional<TakenClientOrder> order;
};
// For many requests at once, in one round trip: those of which a name is taken.
std::vector<TakenNames> find_taken_names(Tx& tx, const std::vector<RequestNames>& requests);
// All names that are taken, one after the other as they come, by a connection of its own.
void stream_taken_names(const Pool& pool, const std::function<void(const RequestNames&)>& take);

struct TradeFilter {
    std::optional<OrganisationId> party;  // buyer or provider
    std::optional<matching::MarketKey> market;
    std::optional<OrderId> order;
    std::optional<Time> from;   // time ≥
    std::optional<Time> until;  // time <
};
Listed<core::TradeRow> list_trades(Tx& tx, const TradeFilter& filter, const Page& page);

std::optional<core::LeaseRow> find_lease(Tx& tx, const LeaseId& id);
struct LeaseFilter {
    std::optional<OrganisationId> buyer;
    std::optional<OrganisationId> provider;
    std::optional<OrganisationId> party;  // either
    std::optional<core::LeaseState> state;
    std::optional<PoolId> pool;
    std::optional<OrderId> order;
    bool open_only = false;  // those to which something can still happen
};
Listed<core::LeaseRow> list_leases(Tx& tx, const LeaseFilter& filter, const Page& page);

}  // namespace suanpan::db
