#pragma once

// Every handler, by subject. See routes.cpp for what leads to them.

#include "api/call.hpp"

namespace suanpan::api {

// organisations.cpp
Result<Write> create_organisation(Call& call);
Result<Response> list_organisations(Call& call);
Result<Response> get_organisation(Call& call);
void create_api_key(const std::shared_ptr<Call>& call, const Reply& reply);
void rotate_api_key(const std::shared_ptr<Call>& call, const Reply& reply);
void revoke_api_key(const std::shared_ptr<Call>& call, const Reply& reply);
Result<Response> list_api_keys(Call& call);

// catalogue.cpp
Result<Write> create_model(Call& call);
Result<Response> list_models(Call& call);
Result<Write> create_market(Call& call);
Result<Response> list_markets(Call& call);
Result<Write> create_schedule(Call& call);
Result<Response> list_schedules(Call& call);

// capacity.cpp
Result<Write> create_site(Call& call);
Result<Response> list_sites(Call& call);
Result<Write> create_pool(Call& call);
Result<Response> list_pools(Call& call);
Result<Response> get_pool(Call& call);
Result<Response> get_calendar(Call& call);
Result<Write> attest(Call& call);
Result<Write> block_lots(Call& call);
Result<Response> list_blocks(Call& call);
Result<Write> unblock_lots(Call& call);

// control.cpp
Result<Write> kill_organisation(Call& call);
Result<Write> reinstate_organisation(Call& call);
Result<Write> set_limits(Call& call);
Result<Write> halt_market(Call& call);
Result<Write> resume_market(Call& call);
Result<Write> set_band(Call& call);
Result<Write> set_index(Call& call);
Result<Write> open_call(Call& call);
Result<Write> close_call(Call& call);
Result<Response> list_calls(Call& call);

// orders.cpp, order_batch.cpp, preview.cpp
Result<Write> place_order(Call& call);
void place_orders(const std::shared_ptr<Call>& call, const Reply& reply);
Result<Response> preview_order(Call& call);
Result<Response> list_orders(Call& call);
Result<Response> get_order(Call& call);
Result<Write> cancel_order(Call& call);
Result<Write> replace_order(Call& call);
Result<Write> cancel_all_orders(Call& call);

// trading.cpp
Result<Response> list_trades(Call& call);
Result<Response> get_book(Call& call);
bool is_book_ready(const Call& call);

// leases.cpp
Result<Response> list_leases(Call& call);
Result<Response> get_lease(Call& call);
Result<Write> accept_lease(Call& call);
Result<Write> activate_lease(Call& call);
Result<Write> release_lease(Call& call);
void advance_leases(const std::shared_ptr<Call>& call, const Reply& reply);

// metering.cpp
Result<Write> register_meter(Call& call);
Result<Response> list_meters(Call& call);
Result<Write> rotate_meter(Call& call);
Result<Write> revoke_meter(Call& call);
void submit_readings(const std::shared_ptr<Call>& call, const Reply& reply);
Result<Response> list_readings(Call& call);

// accounts.cpp
Result<Response> list_accounts(Call& call);
Result<Response> list_journal(Call& call);
Result<Response> get_statement(Call& call);
Result<Response> export_focus(Call& call);
Result<Response> export_hledger(Call& call);
Result<Response> export_beancount(Call& call);
Result<Response> export_payouts(Call& call);

// agreements.cpp
Result<Write> create_agreement(Call& call);
Result<Write> end_agreement(Call& call);
Result<Response> list_agreements(Call& call);

// vouchers.cpp
Result<Write> describe_organisation(Call& call);
Result<Write> open_programme(Call& call);
Result<Write> fund_programme(Call& call);
Result<Write> close_programme(Call& call);
Result<Response> list_programmes(Call& call);
Result<Response> list_redemptions(Call& call);
Result<Write> grant_voucher(Call& call);
Result<Write> revoke_grant(Call& call);
Result<Response> list_grants(Call& call);

// disputes.cpp
Result<Write> open_dispute(Call& call);
Result<Response> list_disputes(Call& call);
Result<Response> get_dispute(Call& call);
Result<Write> claim_dispute(Call& call);
Result<Write> add_evidence(Call& call);
Result<Write> offer_settlement(Call& call);
Result<Write> rule_dispute(Call& call);
Result<Write> register_arbiter_key(Call& call);
Result<Response> list_arbiter_keys(Call& call);
Result<Write> revoke_arbiter_key(Call& call);

// titles.cpp
Result<Write> propose_title(Call& call);
Result<Write> confirm_title(Call& call);
Result<Write> refuse_title(Call& call);
Result<Response> list_pool_titles(Call& call);
Result<Response> list_own_titles(Call& call);

// settlement.cpp
void run_settlement(const std::shared_ptr<Call>& call, const Reply& reply);
Result<Response> preview_run(Call& call);
Result<Response> list_runs(Call& call);
Result<Response> get_run(Call& call);
Result<Response> get_run_lines(Call& call);

// ledger.cpp
Result<Response> get_ledger_status(Call& call);
Result<Response> get_checkpoint(Call& call);
Result<Response> get_tile(Call& call);
Result<Response> get_entries_tile(Call& call);
Result<Response> get_log_key(Call& call);
Result<Response> get_receipt(Call& call);
Result<Response> get_own_entry(Call& call);

// admin.cpp
Result<Response> get_digest(Call& call);
void set_clock(const std::shared_ptr<Call>& call, const Reply& reply);
Result<Response> get_clock(Call& call);
Result<Response> healthz(Call& call);
Result<Response> readyz(Call& call);
Result<Response> metrics(Call& call);

// description.cpp
Result<Response> get_openapi(Call& call);
Result<Response> get_reference(Call& call);

// users.cpp
Result<Write> create_user(Call& call);
Result<Response> list_users(Call& call);
Result<Write> remove_user(Call& call);
Result<Write> create_payment_key(Call& call);
Result<Response> list_payment_keys(Call& call);
Result<Write> revoke_payment_key(Call& call);

// cash.cpp
Result<Write> deposit(Call& call);
Result<Write> withdraw(Call& call);
Result<Write> reverse_entry(Call& call);
Result<Response> list_cash_requests(Call& call);
Result<Response> get_cash_request(Call& call);
Result<Write> approve_cash(Call& call);
Result<Write> reject_cash(Call& call);
Result<Write> take_payment(Call& call);
Result<Write> give_bond(Call& call);
Result<Write> release_bond(Call& call);

// requests.cpp
Result<Response> list_operator_requests(Call& call);
Result<Response> get_operator_request(Call& call);
Result<Write> approve_operator_request(Call& call);
Result<Write> reject_operator_request(Call& call);

// periods.cpp
Result<Write> close_period(Call& call);
Result<Response> list_periods(Call& call);
Result<Response> list_period_balances(Call& call);
Result<Response> list_invoices(Call& call);
Result<Response> get_invoice(Call& call);

// projects.cpp
Result<Write> open_project(Call& call);
Result<Response> list_projects(Call& call);
Result<Response> get_project(Call& call);
Result<Write> rename_project(Call& call);
Result<Write> set_project_budget(Call& call);
Result<Write> close_project(Call& call);

// streams.cpp
Result<Response> open_stream(Call& call);

// webhooks.cpp
void create_webhook(const std::shared_ptr<Call>& call, const Reply& reply);
Result<Response> list_webhooks(Call& call);
Result<Response> get_webhook(Call& call);
Result<Response> delete_webhook(Call& call);
void update_webhook(const std::shared_ptr<Call>& call, const Reply& reply);
void rotate_webhook_secret(const std::shared_ptr<Call>& call, const Reply& reply);
void test_webhook(const std::shared_ptr<Call>& call, const Reply& reply);
Result<Response> list_deliveries(Call& call);
void redeliver(const std::shared_ptr<Call>& call, const Reply& reply);

// signing_keys.cpp
Result<Write> register_signing_key(Call& call);
Result<Response> list_signing_keys(Call& call);
Result<Write> revoke_signing_key(Call& call);

}  // namespace suanpan::api
