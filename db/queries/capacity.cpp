#include "db/queries/capacity.hpp"

#include "db/paging.hpp"

namespace suanpan::db {
namespace {

Select select_sites(std::string_view name) {
    return Select(name, select_list("t", columns<core::SiteRow>()) + ", coalesce(n.name, '')",
                  "site AS t LEFT JOIN site_name AS n ON n.site = t.id");
}

SiteInfo read_site(RowReader& reader) {
    SiteInfo info;
    fields(reader, info.row);
    reader("name", info.name);
    return info;
}

}  // namespace

std::vector<core::ModelRow> list_models(Tx& tx) {
    return read_all<core::ModelRow>(
        select_from<core::ModelRow>("list_models").then("ORDER BY t.id").run(tx));
}

std::optional<core::ModelRow> find_model(Tx& tx, std::string_view id) {
    return read_one<core::ModelRow>(
        select_from<core::ModelRow>("find_model").where("t.id = $?", std::string(id)).run(tx));
}

std::vector<core::MarketRow> list_markets(Tx& tx) {
    return read_all<core::MarketRow>(
        select_from<core::MarketRow>("list_markets").then("ORDER BY t.market").run(tx));
}

std::optional<core::MarketRow> find_market(Tx& tx, const matching::MarketKey& key) {
    return read_one<core::MarketRow>(
        select_from<core::MarketRow>("find_market").where("t.market = $?", key).run(tx));
}

std::vector<core::ScheduleRow> list_schedules(Tx& tx) {
    return read_all<core::ScheduleRow>(
        select_from<core::ScheduleRow>("list_schedules").then("ORDER BY t.version").run(tx));
}

std::optional<SiteInfo> find_site(Tx& tx, const SiteId& id) {
    const auto rows = select_sites("find_site").where("t.id = $?::uuid", id).run(tx);
    if (rows.empty()) return std::nullopt;
    RowReader reader(rows[0]);
    return read_site(reader);
}

Listed<SiteInfo> list_sites(Tx& tx, const SiteFilter& filter, const Page& page) {
    Select select = select_sites("list_sites");
    select.where("t.organisation = $?::uuid", filter.organisation);
    turn_page(select, page, "t.id");
    return listed<SiteInfo>(select.run(tx), page, read_site);
}

std::optional<core::PoolRow> find_pool(Tx& tx, const PoolId& id) {
    return read_one<core::PoolRow>(
        select_from<core::PoolRow>("find_pool").where("t.id = $?::uuid", id).run(tx));
}

Listed<core::PoolRow> list_pools(Tx& tx, const PoolFilter& filter, const Page& page) {
    Select select = select_from<core::PoolRow>("list_pools");
    select.where("t.organisation = $?::uuid", filter.organisation)
        .where("t.site = $?::uuid", filter.site)
        .where("t.model = $?", filter.model);
    return list_page<core::PoolRow>(tx, std::move(select), page);
}

std::vector<core::AttestationRow> list_attestations(Tx& tx, const PoolId& pool) {
    return read_all<core::AttestationRow>(select_from<core::AttestationRow>("list_attestations")
                                              .where("t.pool = $?::uuid", pool)
                                              .then("ORDER BY t.id")
                                              .run(tx));
}

std::vector<core::BlockRow> list_blocks(Tx& tx, const PoolId& pool) {
    return read_all<core::BlockRow>(select_from<core::BlockRow>("list_blocks")
                                        .where("t.pool = $?::uuid", pool)
                                        .then("ORDER BY t.log_index")
                                        .run(tx));
}

std::vector<Occupation> list_occupations(Tx& tx, const PoolId& pool, const Window& window) {
    const auto rows = run_statement(tx, "list_occupations",
                                    "SELECT start_s, end_s, lots FROM pool_occupation"
                                    " WHERE pool = $1::uuid AND booked_until_s > $2::bigint"
                                    " AND end_s > $2::bigint AND start_s < $3::bigint"
                                    " AND start_s < end_s ORDER BY start_s, end_s, lots",
                                    {to_uuid(pool.bytes), std::to_string(window.start.value),
                                     std::to_string(window.end.value)});
    std::vector<Occupation> out;
    for (const auto& row : rows) {
        RowReader reader(row);
        Occupation occupation;
        reader("start_s", occupation.window.start);
        reader("end_s", occupation.window.end);
        reader("lots", occupation.lots);
        out.push_back(occupation);
    }
    return out;
}

}  // namespace suanpan::db
