#pragma once

// Organisations, API keys, stored answers.

#include "core/rows.hpp"
#include "db/pool.hpp"
#include "db/queries/page.hpp"
#include "db/side_rows.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::db {

struct OrganisationInfo {
    core::OrganisationRow row;
    std::string name;
};
std::optional<OrganisationInfo> find_organisation(Tx& tx, const OrganisationId& id);
Listed<OrganisationInfo> list_organisations(Tx& tx, const Page& page);

// A key with its organisation as it stands.
struct ApiKeyInfo {
    ApiKeyRow key;
    bool revoked = false;
    core::OrganisationRow organisation;
};
std::optional<ApiKeyInfo> find_api_key(Tx& tx, const Hash& key_hash);
std::optional<ApiKeyInfo> find_api_key_of(Tx& tx, const OrganisationId& organisation,
                                          const ApiKeyId& key);
Listed<ApiKeyInfo> list_api_keys(Tx& tx, const OrganisationId& organisation, const Page& page);

std::optional<IdempotencyRow> find_response(Tx& tx, const OrganisationId& organisation,
                                            std::string_view route, std::string_view key);
// 24 h after the answer: drops it, and the row too unless it is kept for ever. Gives the number of
// rows changed. REQUIRES Mode::kWrite.
std::int64_t expire_responses(Tx& tx, Time before);

std::vector<core::MeterRow> list_meters(Tx& tx, const OrganisationId& organisation);
std::optional<core::MeterRow> find_meter(Tx& tx, const MeterId& id);
// Those that it had before, in the order of their rotations.
std::vector<core::MeterKeyRow> list_meter_keys(Tx& tx, const MeterId& meter);

}  // namespace suanpan::db
