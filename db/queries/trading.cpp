#include "db/queries/trading.hpp"

#include "db/native_session.hpp"
#include "db/paging.hpp"
#include "db/table_trading.hpp"

namespace suanpan::db {
namespace {

constexpr std::string_view kOpen = "t.state IN ('open', 'partially_filled')";

Select select_orders(std::string_view name) {
    return Select(name,
                  select_list("t", columns<core::OrderRow>()) +
                      ", coalesce(x.client_order_id, ''), coalesce(x.metadata, '')",
                  "orders AS t LEFT JOIN order_text AS x ON x.order_id = t.id");
}

OrderInfo read_order(RowReader& reader) {
    OrderInfo info;
    fields(reader, info.row);
    reader("client_order_id", info.client_order_id);
    reader("metadata", info.metadata);
    return info;
}

std::optional<OrderInfo> one_order(Tx& tx, const Select& select) {
    const auto rows = select.run(tx);
    if (rows.empty()) return std::nullopt;
    RowReader reader(rows[0]);
    return read_order(reader);
}

template <typename T>
std::string column_of(const std::vector<RequestNames>& requests, T RequestNames::* member) {
    std::vector<T> values;
    values.reserve(requests.size());
    for (const RequestNames& request : requests)
        values.push_back(request.*member);
    return *Column<std::vector<T>>::encode(values);
}

TakenNames read_taken_names(const pqxx::row& row) {
    TakenNames taken;
    RowReader reader(row);
    TakenClientOrder order;
    reader("trader", order.organisation);
    reader("client_order_id", order.client_order_id);
    reader("order_id", order.order);
    if (!order.order.is_nil()) taken.order = std::move(order);
    if (reader.value<bool>()) taken.response = reader.row<IdempotencyRow>();
    return taken;
}

}  // namespace

std::optional<OrderInfo> find_order(Tx& tx, const OrderId& id) {
    return one_order(tx, select_orders("find_order").where("t.id = $?::uuid", id));
}

std::optional<OrderInfo> find_order_by_client_id(Tx& tx, const OrganisationId& organisation,
                                                 std::string_view client_order_id) {
    return one_order(tx, select_orders("find_order_by_client_id")
                             .where("x.organisation = $?::uuid", organisation)
                             .where("x.client_order_id <> ''")
                             .where("x.client_order_id = $?", std::string(client_order_id)));
}

std::map<OrderId, std::string> find_client_order_ids(Tx& tx, const std::vector<OrderId>& orders) {
    std::map<OrderId, std::string> out;
    for (const auto& row :
         run_statement(tx, "find_client_order_ids",
                       "SELECT x.order_id, x.client_order_id FROM order_text AS x"
                       " WHERE x.order_id = ANY ($1::uuid[]) AND x.client_order_id <> ''",
                       {Column<std::vector<OrderId>>::encode(orders)})) {
        RowReader reader(row);
        const auto order = reader.value<OrderId>();
        out.emplace(order, reader.value<std::string>());
    }
    return out;
}

Listed<OrderInfo> list_orders(Tx& tx, const OrderFilter& filter, const Page& page) {
    Select select = select_orders("list_orders");
    select.where("t.organisation = $?::uuid", filter.organisation)
        .where("t.market = $?", filter.market)
        .where("t.state = $?", filter.state)
        .where("t.side = $?", filter.side)
        .where("t.pool = $?::uuid", filter.pool);
    if (filter.open_only) select.where(kOpen);
    turn_page(select, page, "t.id");
    return listed<OrderInfo>(select.run(tx), page, read_order);
}

std::vector<TakenNames> find_taken_names(Tx& tx, const std::vector<RequestNames>& requests) {
    static const std::string kSql =
        "SELECT w.trader, w.client_order_id, x.order_id, i.key IS NOT NULL, " +
        select_list("i", columns<IdempotencyRow>()) +
        " FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[])"
        " AS w (organisation, route, key, trader, client_order_id)"
        " LEFT JOIN LATERAL (SELECT " +
        column_names(columns<IdempotencyRow>()) +
        " FROM idempotency AS i"
        " WHERE i.organisation = w.organisation AND i.route = w.route AND i.key = w.key"
        " OFFSET 0) AS i ON true"
        " LEFT JOIN LATERAL (SELECT x.order_id FROM order_text AS x"
        " WHERE x.organisation = w.trader AND x.client_order_id <> ''"
        " AND x.client_order_id = w.client_order_id OFFSET 0) AS x ON true"
        " WHERE i.key IS NOT NULL OR x.order_id IS NOT NULL";
    std::vector<TakenNames> out;
    for (const auto& row : run_prepared(
             tx, "find_taken_names", kSql,
             {column_of(requests, &RequestNames::organisation),
              column_of(requests, &RequestNames::route), column_of(requests, &RequestNames::key),
              column_of(requests, &RequestNames::trader),
              column_of(requests, &RequestNames::client_order_id)}))
        out.push_back(read_taken_names(row));
    return out;
}

void stream_taken_names(const Pool& pool, const std::function<void(const RequestNames&)>& take) {
    NativeSession session(pool.conninfo());
    TupleReader reader;
    session.copy_out("SELECT organisation, route, key FROM idempotency", [&](std::string_view row) {
        RequestNames names;
        reader.begin_row(row);
        reader("organisation", names.organisation);
        reader("route", names.route);
        reader("key", names.key);
        take(names);
    });
    session.copy_out(
        "SELECT organisation, client_order_id FROM order_text WHERE client_order_id <> ''",
        [&](std::string_view row) {
            RequestNames names;
            reader.begin_row(row);
            reader("organisation", names.trader);
            reader("client_order_id", names.client_order_id);
            take(names);
        });
}

Listed<core::TradeRow> list_trades(Tx& tx, const TradeFilter& filter, const Page& page) {
    Select select = select_from<core::TradeRow>("list_trades");
    select.where("(t.buyer = $?::uuid OR t.provider = $?::uuid)", filter.party)
        .where("t.market = $?", filter.market)
        .where("(t.buy_order = $?::uuid OR t.sell_order = $?::uuid)", filter.order)
        .where("t.time_s >= $?::bigint", filter.from)
        .where("t.time_s < $?::bigint", filter.until);
    return list_page<core::TradeRow>(tx, std::move(select), page);
}

std::optional<core::LeaseRow> find_lease(Tx& tx, const LeaseId& id) {
    return read_one<core::LeaseRow>(
        select_from<core::LeaseRow>("find_lease").where("t.id = $?::uuid", id).run(tx));
}

Listed<core::LeaseRow> list_leases(Tx& tx, const LeaseFilter& filter, const Page& page) {
    Select select = select_from<core::LeaseRow>("list_leases");
    select.where("t.buyer = $?::uuid", filter.buyer)
        .where("t.provider = $?::uuid", filter.provider)
        .where("(t.buyer = $?::uuid OR t.provider = $?::uuid)", filter.party)
        .where("t.state = $?", filter.state)
        .where("t.pool = $?::uuid", filter.pool)
        .where("(t.buy_order = $?::uuid OR t.sell_order = $?::uuid)", filter.order);
    if (filter.open_only) select.where("NOT t.closed");
    return list_page<core::LeaseRow>(tx, std::move(select), page);
}

}  // namespace suanpan::db
