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

namespace {

// What stands under `next`'s key and is no longer kept.
void drop_old_response(Tx& tx, const IdempotencyRow& next) {
    run_statement(tx, "drop_old_response",
                  "DELETE FROM idempotency WHERE organisation = $1::uuid AND route = $2"
                  " AND key = $3 AND NOT for_ever AND time_s < $4::bigint",
                  {to_uuid(next.organisation.bytes), next.route, next.key,
                   std::to_string(next.time.value - kAnswerKept.value)});
}

}  // namespace

void insert_response(Tx& tx, const IdempotencyRow& response) {
    drop_old_response(tx, response);
    add_rows<IdempotencyRow>(tx, {response});
}

Hash claim_response(Tx& tx, const IdempotencyRow& claim) {
    drop_old_response(tx, claim);
    // The update changes nothing: it makes RETURNING give the row that was there first.
    const auto rows = tx.exec_params(
        "INSERT INTO idempotency AS t (organisation, route, key, body_hash, for_ever, resource, "
        "status, body, time_s) "
        "VALUES ($1::uuid, $2, $3, decode($4, 'hex'), $5::boolean, $6, $7::bigint, $8, $9::bigint)"
        " ON CONFLICT (organisation, route, key) DO UPDATE SET body_hash = t.body_hash"
        " RETURNING encode(t.body_hash, 'hex') AS body_hash",
        to_uuid(claim.organisation.bytes), claim.route, claim.key,
        to_hex(as_chars(claim.body_hash)), claim.for_ever, claim.resource, claim.status, claim.body,
        claim.time.value);
    return RowReader(rows[0]).value<Hash>();
}

}  // namespace suanpan::db
