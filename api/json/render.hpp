#pragma once

// Rows as JSON. Money, prices, rates and quantities are decimal strings, counts are integers, times
// RFC 3339, durations ISO 8601; absent members are left out.

#include "api/books.hpp"
#include "base/json.hpp"
#include "core/rows.hpp"
#include "db/queries/capacity.hpp"
#include "db/queries/identity.hpp"
#include "db/queries/settlements.hpp"
#include "db/queries/trading.hpp"

#include <optional>
#include <string_view>

namespace suanpan::api {

Json to_json(const Window& window);
Json to_json(const db::OrganisationInfo& organisation);
Json to_json(const db::ApiKeyInfo& key);
Json to_json(const core::MeterRow& meter);
Json to_json(const core::MarketRow& market);
Json to_json(const core::ScheduleRow& schedule);
Json to_json(const core::ModelRow& model);
Json to_json(const db::SiteInfo& site);
Json to_json(const core::PoolRow& pool);
// One that began unconfirmed before `now` is `lapsed`.
Json to_json(const core::TitleRow& title, Time now);
Json to_json(const core::AttestationRow& attestation);
Json to_json(const core::BlockRow& block);

// What the order resolved to, what became of it, and the most it can still cost.
Json to_json(const core::OrderRow& order);
Json to_json(const db::OrderInfo& order);
Json to_json(const matching::OrderTerms& terms);
Json to_json(const core::TradeRow& trade);
// What anybody may know of it: not who traded.
Json to_public_json(const core::TradeRow& trade);
Json to_json(const BookLevel& level);
Json to_json(const core::LeaseRow& lease, const OrganisationId& viewer);

Json to_json(const core::ReadingRow& reading);
Json to_json(const db::ReadingChain& chain);
Json to_json(const core::FinalWindowRow& window);
Json to_json(const core::BalanceRow& balance);
// Only the postings of `viewer`; all of them without one.
Json to_json(const settlement::JournalEntry& entry, const std::optional<OrganisationId>& viewer);
Json to_json(const settlement::DiscountAgreement& agreement);
Json to_json(const core::ProgrammeRow& programme);
Json to_json(const core::GrantRow& grant);
Json to_json(const core::RunRow& run);
Json to_json(const core::DisputeRow& row);
Json to_json(const core::ArbiterKeyRow& key);
Json to_json(const core::SigningKeyRow& key);
Json to_json(const core::ProjectAccount& account);
// What `viewer` may know of it: the buyer what it pays and its fee and tax, the provider what it
// gets, its fee and what is withheld, both the sale they agreed on, an owner of the pool its share
// only; an organisation that is several of these sees each. Everything without a viewer.
Json to_json(const db::LineInfo& line, const std::optional<OrganisationId>& viewer);

// Canonical text of a profile or requirement as a JSON value.
Json parse_canonical(std::string_view canonical);

}  // namespace suanpan::api
