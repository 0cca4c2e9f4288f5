#pragma once

// One description a table, from which its columns, its statements, its writing and its reading
// follow: fields() names every column once. Inside db/ only.

#include "db/batch.hpp"
#include "db/column.hpp"
#include "db/side_rows.hpp"

#include <concepts>
#include <string>
#include <type_traits>
#include <vector>

namespace suanpan::db {

template <typename R, typename T>
concept Is = std::same_as<std::remove_const_t<R>, T>;

// Rows whose stored form has parallel arrays.
struct JournalRecord {
    JournalId id;
    Time time;
    std::string reason;
    LogIndex index;
    std::vector<OrganisationId> organisations;
    std::vector<std::string> currencies;
    std::vector<settlement::AccountKind> accounts;
    std::vector<Money> amounts;
    JournalId reverses{};
};
JournalRecord to_record(const settlement::JournalEntry& entry);
settlement::JournalEntry from_record(const JournalRecord& record);

struct OrderTextRecord {
    OrderId order;
    OrganisationId organisation;
    OrderTextRow text;
};

template <typename R>
struct Table;  // kName, kKey: the columns that a conflict is found by; empty: rows are only added

#define SUANPAN_TABLE(row, name, key)                   \
    template <>                                         \
    struct Table<row> {                                 \
        static constexpr std::string_view kName = name; \
        static constexpr std::string_view kKey = key;   \
    };

SUANPAN_TABLE(core::OrganisationRow, "organisation", "id")
SUANPAN_TABLE(core::MeterRow, "meter", "id")
SUANPAN_TABLE(core::MeterKeyRow, "meter_key", "meter, public_key")
SUANPAN_TABLE(core::MarketRow, "market", "market")
SUANPAN_TABLE(core::CallRow, "market_call", "log_index")
SUANPAN_TABLE(core::LimitRow, "limits", "organisation, project, api_key")
SUANPAN_TABLE(core::ScheduleRow, "schedule", "")
SUANPAN_TABLE(core::ModelRow, "device_model", "")
SUANPAN_TABLE(core::SiteRow, "site", "")
SUANPAN_TABLE(core::PoolRow, "pool", "id")
SUANPAN_TABLE(core::AttestationRow, "attestation", "id")
SUANPAN_TABLE(core::BlockRow, "block", "log_index")
SUANPAN_TABLE(core::OrderRow, "orders", "id")
SUANPAN_TABLE(OrderTextRecord, "order_text", "")
SUANPAN_TABLE(core::TradeRow, "trade", "")
SUANPAN_TABLE(core::LeaseRow, "lease", "id")
SUANPAN_TABLE(core::ReadingRow, "reading", "")
SUANPAN_TABLE(core::FinalWindowRow, "billing_window", "lease, start_s")
SUANPAN_TABLE(core::SettlementLineRow, "settlement_line", "")
SUANPAN_TABLE(core::RunRow, "settlement_run", "id")
SUANPAN_TABLE(core::PendingRow, "pending_release", "journal_id, organisation, currency")
SUANPAN_TABLE(core::BalanceRow, "account_balance", "organisation, currency, account")
SUANPAN_TABLE(JournalRecord, "journal", "")
SUANPAN_TABLE(EntryRow, "ledger_entry", "")
SUANPAN_TABLE(OrganisationNameRow, "organisation_name", "organisation")
SUANPAN_TABLE(SiteNameRow, "site_name", "site")
SUANPAN_TABLE(ApiKeyRow, "api_key", "")
SUANPAN_TABLE(IdempotencyRow, "idempotency", "organisation, route, key")

#undef SUANPAN_TABLE

// A fields() reads or writes, so it takes the row const or not.

template <typename A, Is<core::OrganisationRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("roles", r.roles);
    a("suspended", r.suspended);
    a("log_index", r.index);
    a("kinds", r.kinds);
    a("related_group", r.group);
    a("tax_class", r.tax_class);
}

template <typename A, Is<core::MeterRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("role", r.role);
    a("public_key", r.key);
    a("pools", r.pools);
    a("revoked", r.revoked);
    a("log_index", r.index);
}

template <typename A, Is<core::MeterKeyRow> R>
void fields(A& a, R& r) {
    a("meter", r.meter);
    a("public_key", r.key);
    a("until_s", r.until);
    a("revoked", r.revoked);
    a("log_index", r.index);
}

template <typename A, Is<core::MarketRow> R>
void fields(A& a, R& r) {
    a("market", r.rules.key);
    a("grid_s", r.rules.grid);
    a("tick_micro", r.rules.tick);
    a("max_lots", r.rules.max_lots);
    a("max_ahead_s", r.rules.max_ahead);
    a("log_index", r.index);
    a("halted", r.control.halted);
    a("band_width_ppm", r.control.band_width);
    a("auction_reference_micro", r.control.auction_reference);
    a("index_reference_micro", r.control.index_reference);
    a("operator_reference_micro", r.control.operator_reference);
}

template <typename A, Is<core::CallRow> R>
void fields(A& a, R& r) {
    a("log_index", r.index);
    a("market", r.call.market);
    a("start_s", r.call.window.start);
    a("end_s", r.call.window.end);
    a("floor", r.call.floor);
    a("reference_micro", r.call.reference);
    a("open", r.open);
    a("price_micro", r.result.price);
    a("volume", r.result.volume);
    a("surplus_side", r.result.surplus_side);
    a("surplus", r.result.surplus);
}

template <typename A, Is<core::LimitRow> R>
void fields(A& a, R& r) {
    a("organisation", r.target.organisation);
    a("project", r.target.project);
    a("api_key", r.target.key);
    a("open_orders", r.limits.open_orders);
    a("notional_micro", r.limits.notional);
    a("currency", r.limits.currency);
    a("orders_per_second", r.limits.orders_per_second);
    a("counted_at_s", r.counted_at);
    a("counted", r.counted);
    a("log_index", r.index);
}

template <typename A, Is<core::FeeSchedule> R>
void fields(A& a, R& r) {
    a("buyer_maker_ppm", r.buyer_maker);
    a("buyer_taker_ppm", r.buyer_taker);
    a("provider_maker_ppm", r.provider_maker);
    a("provider_taker_ppm", r.provider_taker);
    a("buyer_flat_micro", r.buyer_flat);
    a("provider_flat_micro", r.provider_flat);
    a("buyer_tax_ppm", r.buyer_tax);
    a("provider_withholding_ppm", r.provider_withholding);
}

template <typename A, Is<core::ScheduleRow> R>
void fields(A& a, R& r) {
    a("version", r.version);
    fields(a, r.fees);
    a("billing_window_s", r.metering.billing_window);
    a("deadline_s", r.metering.deadline);
    a("future_tolerance_s", r.metering.future_tolerance);
    a("mismatch_tolerance_ppm", r.metering.mismatch_tolerance);
    a("mismatch_floor_us", r.metering.mismatch_floor_us);
    a("longest_reading_s", r.metering.longest_reading);
    a("availability_steps_ppm", r.metering.availability_steps);
    a("dispute_period_s", r.dispute_period);
    a("efficiency_ppm", r.efficiency);
    a("log_index", r.index);
    a("release_notice_s", r.release_notice);
    a("metered_minimum_ppm", r.metered_minimum);
    a("grades", r.grades);
    a("dispute_claim_s", r.dispute_claim);
    a("dispute_rule_s", r.dispute_rule);
    a("guarantees", r.guarantees);
    a("taxes", r.taxes);
}

template <typename A, Is<core::ModelRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("device", r.device);
    a("vendor", r.vendor);
    a("kind", r.kind);
    a("peak_mcu", r.peak);
    a("memory_gib", r.memory_gib);
    a("memory_bandwidth_gb_s", r.memory_bandwidth_gb_s);
    a("source", r.source);
    a("log_index", r.index);
}

template <typename A, Is<core::SiteRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("hub", r.hub);
    a("log_index", r.index);
}

template <typename A, Is<core::PoolRow> R>
void fields(A& a, R& r) {
    a("id", r.rules.id);
    a("organisation", r.rules.owner);
    a("site", r.rules.site);
    a("lots", r.rules.lots);
    a("profile", r.rules.profile);
    a("model", r.model);
    a("rates_mcu", r.rates);
    a("log_index", r.index);
}

template <typename A, Is<core::AttestationRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("pool", r.pool);
    a("compute_class", r.compute_class);
    a("rate_mcu", r.rate);
    a("benchmark", r.benchmark);
    a("expires_s", r.expires);
    a("ended", r.ended);
    a("log_index", r.index);
}

template <typename A, Is<core::BlockRow> R>
void fields(A& a, R& r) {
    a("pool", r.pool);
    a("start_s", r.window.start);
    a("end_s", r.window.end);
    a("lots", r.lots);
    a("log_index", r.index);
    a("ended_at_s", r.ended_at);
}

template <typename A, Is<core::ReadingRow> R>
void fields(A& a, R& r) {
    a("lease", r.lease);
    a("meter", r.meter);
    a("epoch", r.epoch);
    a("seq", r.seq);
    a("hash", r.hash);
    a("start_s", r.window.start);
    a("end_s", r.window.end);
    a("lot_us", r.lot_us);
    a("gap", r.gap);
    a("log_index", r.index);
}

template <typename A, Is<core::FinalWindowRow> R>
void fields(A& a, R& r) {
    a("lease", r.window.lease);
    a("start_s", r.window.window.start);
    a("end_s", r.window.window.end);
    a("final_at", r.window.final_at);
    a("lot_us", r.window.lot_us);
    a("busy_us", r.window.busy_us);
    a("disputed_us", r.window.disputed_us);
    a("estimated", r.window.estimated);
    a("readings", r.window.readings);
    a("final_time_s", r.final_time);
    a("settled_by", r.settled_by);
    a("discount", r.discount);
    a("dispute_until_s", r.dispute_until);
    a("line_index", r.line_index);
    a("missed", r.missed);
}

template <typename A, Is<core::RunRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("from_index", r.from);
    a("to_index", r.to);
    a("cursor", r.cursor);
    a("priced_end_s", r.priced.end);
    a("priced_lease", r.priced.lease);
    a("leases", r.leases);
    a("totals", r.totals);
    a("closed", r.closed);
    a("log_index", r.index);
}

template <typename A, Is<core::PendingRow> R>
void fields(A& a, R& r) {
    a("journal_id", r.id);
    a("organisation", r.organisation);
    a("currency", r.currency);
    a("amount_micro", r.amount);
    a("due_s", r.due);
    a("released", r.released);
    a("log_index", r.index);
    a("lease", r.lease);
    a("dispute", r.dispute);
}

template <typename A, Is<core::BalanceRow> R>
void fields(A& a, R& r) {
    a("organisation", r.account.organisation);
    a("currency", r.account.currency);
    a("account", r.account.kind);
    a("balance_micro", r.balance);
}

template <typename A, Is<JournalRecord> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("time_s", r.time);
    a("reason", r.reason);
    a("log_index", r.index);
    a("organisations", r.organisations);
    a("currencies", r.currencies);
    a("accounts", r.accounts);
    a("amounts_micro", r.amounts);
    a("reverses", r.reverses);
}

template <typename A, Is<OrganisationNameRow> R>
void fields(A& a, R& r) {
    a("organisation", r.id);
    a("name", r.name);
}

template <typename A, Is<SiteNameRow> R>
void fields(A& a, R& r) {
    a("site", r.id);
    a("name", r.name);
}

template <typename A, Is<ApiKeyRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("key_hash", r.key_hash);
    a("scopes", r.scopes);
    a("expires_s", r.expires);
    a("label", r.label);
    a("person", r.user);
    a("networks", r.networks);
}

template <typename A, Is<OrderTextRecord> R>
void fields(A& a, R& r) {
    a("order_id", r.order);
    a("organisation", r.organisation);
    a("client_order_id", r.text.client_order_id);
    a("metadata", r.text.metadata);
    a("text_salt", r.text.text_salt);
}

template <typename A, Is<EntryRow> R>
void fields(A& a, R& r) {
    a("index", r.index);
    a("time_s", r.time);
    a("kind", r.kind);
    a("cause", r.cause);
    a.bytes("bytes", r.bytes);
}

template <typename A, Is<IdempotencyRow> R>
void fields(A& a, R& r) {
    a("organisation", r.organisation);
    a("route", r.route);
    a("key", r.key);
    a("body_hash", r.body_hash);
    a("for_ever", r.for_ever);
    a("resource", r.resource);
    a("status", r.status);
    a("body", r.body);
    a("time_s", r.time);
    a("log_index", r.index);
}

}  // namespace suanpan::db
