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

void rotate_api_key(Tx& tx, const ApiKeyRow& successor, const ApiKeyId& before, Time until,
                    const IdempotencyRow& response) {
    write_rows<ApiKeyRow>(tx, {successor});
    run_statement(tx, "rotate_api_key",
                  "UPDATE api_key SET expires_s = least(expires_s, $2::bigint) WHERE id = $1::uuid",
                  {to_uuid(before.bytes), std::to_string(until.value)});
    insert_response(tx, response);
}

}  // namespace suanpan::db
