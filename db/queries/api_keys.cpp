#include "db/queries/api_keys.hpp"

#include "db/queries/statements.hpp"
#include "db/sql.hpp"

namespace suanpan::db {

void insert_api_key(Tx& tx, const ApiKeyRow& key, const IdempotencyRow& response) {
    write_rows<ApiKeyRow>(tx, {key});
    insert_response(tx, response);
}

}  // namespace suanpan::db
