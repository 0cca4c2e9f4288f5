#include "db/queries/api_keys.hpp"

#include "db/queries/statements.hpp"
#include "db/sql.hpp"

namespace suanpan::db {

void insert_api_key(Tx& tx, const ApiKeyRow& key, const IdempotencyRow& response) {
    write_rows<ApiKeyRow>(tx, {key});
    insert_response(tx, response);
}

void revoke_api_key(Tx& tx, const ApiKeyId& key, const IdempotencyRow& response) {
    run_statement(tx, "revoke_api_key", "UPDATE api_key SET revoked = true WHERE id = $1::uuid",
                  {to_uuid(key.bytes)});
    insert_response(tx, response);
}

bool rotate_api_key(Tx& tx, const ApiKeyRow& successor, const ApiKeyId& before, Time now,
                    Time until, const IdempotencyRow& response) {
    // First, so that a revocation under way is waited for.
    const auto changed = run_statement(
        tx, "rotate_api_key",
        "UPDATE api_key SET expires_s = least(expires_s, $3::bigint) WHERE id = $1::uuid"
        " AND NOT revoked AND (expires_s IS NULL OR expires_s > $2::bigint) RETURNING id",
        {to_uuid(before.bytes), std::to_string(now.value), std::to_string(until.value)});
    if (changed.empty()) return false;
    write_rows<ApiKeyRow>(tx, {successor});
    insert_response(tx, response);
    return true;
}

}  // namespace suanpan::db
