#include "db/queries/api_keys.hpp"

#include "base/bytes.hpp"
#include "db/queries/statements.hpp"

#include <pqxx/transaction_base>

#include <optional>
#include <string>

namespace suanpan::db {

namespace {

// Scopes are words of lower-case letters, so they need no quoting in an array's text.
std::string text_array(const std::vector<std::string>& words) {
    std::string out = "{";
    for (const std::string& word : words)
        out += (out.size() > 1 ? "," : "") + word;
    return out + "}";
}

}  // namespace

void insert_api_key(Tx& tx, const ApiKeyRow& key, const IdempotencyRow& response) {
    std::optional<std::string> expires;
    if (key.expires) expires = std::to_string(key.expires->value);
    tx.exec_params(
        "INSERT INTO api_key (id, organisation, key_hash, scopes, expires_s, label) "
        "VALUES ($1::uuid, $2::uuid, decode($3, 'hex'), $4::text[], $5::bigint, $6)",
        to_uuid(key.id.bytes), to_uuid(key.organisation.bytes), to_hex(as_chars(key.key_hash)),
        text_array(key.scopes), expires, key.label);
    insert_response(tx, response);
}

}  // namespace suanpan::db
