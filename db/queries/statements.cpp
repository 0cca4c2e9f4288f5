#include "db/queries/statements.hpp"

#include "db/sql.hpp"

#include <pqxx/result>
#include <pqxx/transaction_base>

namespace suanpan::db {

std::vector<Movement> list_movements(Tx& tx, const OrganisationId& organisation, Time from,
                                     Time until) {
    const auto rows = tx.exec_params(
        "SELECT p.currency, p.account, j.reason,"
        " coalesce(sum(p.amount) FILTER (WHERE j.time_s < $2::bigint), 0)::bigint AS before_micro,"
        " coalesce(sum(p.amount) FILTER (WHERE j.time_s >= $2::bigint), 0)::bigint AS within_micro"
        " FROM journal AS j, unnest(j.organisations, j.currencies, j.accounts, j.amounts_micro)"
        " AS p (organisation, currency, account, amount)"
        " WHERE j.organisations @> ARRAY[$1::uuid] AND j.time_s < $3::bigint"
        " AND p.organisation = $1::uuid"
        " GROUP BY p.currency, p.account, j.reason ORDER BY p.currency, p.account, j.reason",
        to_uuid(organisation.bytes), from.value, until.value);
    std::vector<Movement> out;
    for (const auto& row : rows) {
        out.push_back({row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::string>(),
                       Money(row[3].as<std::int64_t>()), Money(row[4].as<std::int64_t>())});
    }
    return out;
}

void insert_response(Tx& tx, const IdempotencyRow& response) {
    tx.exec_params(
        "INSERT INTO idempotency (organisation, route, key, body_hash, for_ever, resource, status, "
        "body, time_s) "
        "VALUES ($1::uuid, $2, $3, decode($4, 'hex'), $5::boolean, $6, $7::bigint, $8, $9::bigint)",
        to_uuid(response.organisation.bytes), response.route, response.key,
        to_hex(as_chars(response.body_hash)), response.for_ever, response.resource, response.status,
        response.body, response.time.value);
}

}  // namespace suanpan::db
