#pragma once

// What is offered: models, markets, schedules, sites, pools and their calendars.

#include "core/rows.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::db {

std::vector<core::ModelRow> list_models(Tx& tx);  // by id
std::optional<core::ModelRow> find_model(Tx& tx, std::string_view id);
std::vector<core::MarketRow> list_markets(Tx& tx);  // by key
std::optional<core::MarketRow> find_market(Tx& tx, const matching::MarketKey& key);
std::vector<core::ScheduleRow> list_schedules(Tx& tx);  // by version

struct SiteInfo {
    core::SiteRow row;
    std::string name;  // may be empty
};
std::optional<SiteInfo> find_site(Tx& tx, const SiteId& id);
struct SiteFilter {
    std::optional<OrganisationId> organisation;
};
Listed<SiteInfo> list_sites(Tx& tx, const SiteFilter& filter, const Page& page);

std::optional<core::PoolRow> find_pool(Tx& tx, const PoolId& id);
struct PoolFilter {
    std::optional<OrganisationId> organisation;
    std::optional<SiteId> site;
    std::optional<std::string> model;
};
Listed<core::PoolRow> list_pools(Tx& tx, const PoolFilter& filter, const Page& page);
std::vector<core::AttestationRow> list_attestations(Tx& tx, const PoolId& pool);
std::vector<core::BlockRow> list_blocks(Tx& tx, const PoolId& pool);

// What takes lots out of a pool's calendar during `window`: leases (their terms' window) and
// blocks. Not whose: a calendar is for everybody.
struct Occupation {
    Window window;
    Lots lots;
};
std::vector<Occupation> list_occupations(Tx& tx, const PoolId& pool, const Window& window);

}  // namespace suanpan::db
