#pragma once

// Parts of requests that several handlers read.

#include "api/call.hpp"
#include "api/fields.hpp"
#include "base/crypto.hpp"
#include "core/dispute_rows.hpp"
#include "db/queries/page.hpp"
#include "matching/terms.hpp"
#include "settlement/waterfall.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace suanpan::api {

// `limit` (1..200, default 50) and `after` (an id of that prefix, as `next` gave it).
db::Page read_page(Fields& query, std::string_view prefix, bool newest_first = false);

// [{"organisation":…,"share_ppm":…}, …]; shares sum to 1,000,000.
std::vector<settlement::OwnerShare> read_owners(Fields& fields, std::string_view name, bool needed);

// When a title begins; left out: a day from now, so that all owners can confirm it.
Time read_title_start(const Call& call, Fields& fields, std::string_view name);

// `overlap`: how long what is replaced, the `what` before, goes on; at most 30 days, a day unless
// it is said.
Duration read_overlap(Fields& fields, std::string_view what);

// Of "/v1/markets/{class}/{currency}…". Error `not_found`.
Result<matching::MarketKey> path_market(const Call& call);

// A query's integer, written as text.
Result<std::int64_t> parse_count(std::string_view text);
Result<bool> parse_flag(std::string_view text);  // true, false
Result<Hash> parse_hash(std::string_view text);  // in hex

// `organisation=` of a list: the operator may name any and sees all without; others see their own,
// and any other name shows nothing (not_found).
Result<std::optional<OrganisationId>> read_organisation_filter(const Call& call, Fields& query);

// Of one of its sides: the buyer, the provider, or an owner of the pool.
bool is_party(const core::DisputeRow& row, const OrganisationId& who);
// As both sides, the operator and arbiters see it: who may have to rule it sees what it is about.
std::optional<core::DisputeRow> visible_dispute(const Call& call, const DisputeId& id);

}  // namespace suanpan::api
