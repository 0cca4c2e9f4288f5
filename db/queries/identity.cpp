#include "db/queries/identity.hpp"

#include "db/paging.hpp"

namespace suanpan::db {
namespace {

Select select_organisations(std::string_view name) {
    return Select(name,
                  select_list("t", columns<core::OrganisationRow>()) + ", coalesce(n.name, '')",
                  "organisation AS t LEFT JOIN organisation_name AS n ON n.organisation = t.id");
}

OrganisationInfo read_organisation(RowReader& reader) {
    OrganisationInfo info;
    fields(reader, info.row);
    reader("name", info.name);
    return info;
}

Select select_keys(std::string_view name) {
    return Select(name,
                  select_list("t", columns<ApiKeyRow>()) + ", t.revoked, " +
                      select_list("o", columns<core::OrganisationRow>()),
                  "api_key AS t JOIN organisation AS o ON o.id = t.organisation");
}

ApiKeyInfo read_key(RowReader& reader) {
    ApiKeyInfo info;
    fields(reader, info.key);
    reader("revoked", info.revoked);
    fields(reader, info.organisation);
    return info;
}

}  // namespace

std::optional<OrganisationInfo> find_organisation(Tx& tx, const OrganisationId& id) {
    const auto rows =
        select_organisations("find_organisation").where("t.id = $?::uuid", id).run(tx);
    if (rows.empty()) return std::nullopt;
    RowReader reader(rows[0]);
    return read_organisation(reader);
}

Listed<OrganisationInfo> list_organisations(Tx& tx, const Page& page) {
    Select select = select_organisations("list_organisations");
    turn_page(select, page, "t.id");
    return listed<OrganisationInfo>(select.run(tx), page, read_organisation);
}

std::optional<ApiKeyInfo> find_api_key(Tx& tx, const Hash& key_hash) {
    const auto rows =
        select_keys("find_api_key").where("t.key_hash = decode($?, 'hex')", key_hash).run(tx);
    if (rows.empty()) return std::nullopt;
    RowReader reader(rows[0]);
    return read_key(reader);
}

std::optional<ApiKeyInfo> find_api_key_of(Tx& tx, const OrganisationId& organisation,
                                          const ApiKeyId& key) {
    const auto rows = select_keys("find_api_key_of")
                          .where("t.organisation = $?::uuid", organisation)
                          .where("t.id = $?::uuid", key)
                          .run(tx);
    if (rows.empty()) return std::nullopt;
    RowReader reader(rows[0]);
    return read_key(reader);
}

Listed<ApiKeyInfo> list_api_keys(Tx& tx, const OrganisationId& organisation, const Page& page) {
    Select select = select_keys("list_api_keys");
    select.where("t.organisation = $?::uuid", organisation);
    turn_page(select, page, "t.id");
    return listed<ApiKeyInfo>(select.run(tx), page, read_key);
}

std::optional<IdempotencyRow> find_response(Tx& tx, const OrganisationId& organisation,
                                            std::string_view route, std::string_view key) {
    return read_one<IdempotencyRow>(select_from<IdempotencyRow>("find_response")
                                        .where("t.organisation = $?::uuid", organisation)
                                        .where("t.route = $?", std::string(route))
                                        .where("t.key = $?", std::string(key))
                                        .run(tx));
}

std::int64_t expire_responses(Tx& tx, Time before) {
    const std::vector<Cell> parameters{std::to_string(before.value)};
    const auto dropped = run_statement(
        tx, "drop_responses", "DELETE FROM idempotency WHERE NOT for_ever AND time_s < $1::bigint",
        parameters);
    const auto emptied = run_statement(tx, "empty_responses",
                                       "UPDATE idempotency SET status = 0, body = ''"
                                       " WHERE for_ever AND status <> 0 AND time_s < $1::bigint",
                                       parameters);
    return static_cast<std::int64_t>(dropped.affected_rows() + emptied.affected_rows());
}

std::vector<core::MeterRow> list_meters(Tx& tx, const OrganisationId& organisation) {
    return read_all<core::MeterRow>(select_from<core::MeterRow>("list_meters")
                                        .where("t.organisation = $?::uuid", organisation)
                                        .then("ORDER BY t.id")
                                        .run(tx));
}

std::vector<core::MeterKeyRow> list_meter_keys(Tx& tx, const MeterId& meter) {
    return read_all<core::MeterKeyRow>(select_from<core::MeterKeyRow>("list_meter_keys")
                                           .where("t.meter = $?::uuid", meter)
                                           .then("ORDER BY t.log_index")
                                           .run(tx));
}

std::optional<core::MeterRow> find_meter(Tx& tx, const MeterId& id) {
    return read_one<core::MeterRow>(
        select_from<core::MeterRow>("find_meter").where("t.id = $?::uuid", id).run(tx));
}

}  // namespace suanpan::db
