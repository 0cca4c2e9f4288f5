#include "api/routes.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/market_data.hpp"

#include <array>

namespace suanpan::api {

namespace {

using core::Role;

template <typename... Roles>
constexpr services::RoleSet any_of(Roles... roles) {
    return (services::role_bit(roles) | ...);
}

constexpr services::RoleSet kOperator = any_of(Role::kOperator);
constexpr services::RoleSet kProvider = any_of(Role::kProvider, Role::kOperator);
constexpr services::RoleSet kTrader = any_of(Role::kBuyer, Role::kProvider);
constexpr services::RoleSet kTraderOrOperator =
    any_of(Role::kBuyer, Role::kProvider, Role::kOperator);
constexpr services::RoleSet kMetering =
    any_of(Role::kMeter, Role::kProvider, Role::kBuyer, Role::kOperator);
constexpr services::RoleSet kSettling = any_of(Role::kSettlement, Role::kOperator);
constexpr services::RoleSet kAuditing = any_of(Role::kAuditor);

// Their money, and their persons and keys. A meter's key lies on a node and does neither.
constexpr services::RoleSet kPaying =
    any_of(Role::kBuyer, Role::kProvider, Role::kFunder, Role::kOperator);
constexpr services::RoleSet kManaging =
    any_of(Role::kBuyer, Role::kProvider, Role::kFunder, Role::kSettlement, Role::kOperator,
           Role::kAuditor, Role::kArbiter);
constexpr services::RoleSet kFunding = any_of(Role::kFunder, Role::kOperator);

constexpr Access kPublic = Access::kPublic;
constexpr Access kAnyone = Access::kAnyone;  // with a valid key
constexpr Access kRoles = Access::kRoles;

constexpr Takes kQuery = Takes::kQuery;
constexpr Takes kNoKey = Takes::kNoKey;
constexpr Takes kRawBody = Takes::kRawBody;

// What an organisation may see of a thing is its handler's business: here stands who may call.
// clang-format off
const auto kRoutes = std::to_array<Route>({
    {"GET",  "/healthz",                               kPublic, 0,                 healthz},
    {"GET",  "/readyz",                                kPublic, 0,                 readyz},
    {"GET",  "/metrics",                               kPublic, 0,                 metrics},

    {"POST", "/v1/organisations",                      kRoles,  kOperator,         create_organisation},
    {"GET",  "/v1/organisations",                      kAnyone, 0,                 list_organisations, kQuery},
    {"GET",  "/v1/organisations/{id}",                 kAnyone, 0,                 get_organisation},
    {"POST", "/v1/organisations/{id}/api-keys",        kRoles,  kManaging,         create_api_key},
    {"GET",  "/v1/organisations/{id}/api-keys",        kAnyone, 0,                 list_api_keys, kQuery},
    {"POST", "/v1/organisations/{id}/api-keys/{key}:rotate", kRoles,  kManaging,   rotate_api_key},
    {"POST", "/v1/organisations/{id}/api-keys/{key}:revoke", kRoles,  kManaging,   revoke_api_key},

    {"POST", "/v1/organisations/{id}/users",           kRoles,  kManaging,         create_user},
    {"GET",  "/v1/organisations/{id}/users",           kAnyone, 0,                 list_users},
    {"POST", "/v1/organisations/{id}/users/{user}:remove", kRoles,  kManaging,     remove_user},

    {"POST", "/v1/organisations/{id}:kill",            kRoles,  kTraderOrOperator, kill_organisation},
    {"POST", "/v1/organisations/{id}:reinstate",       kRoles,  kOperator,         reinstate_organisation},
    {"POST", "/v1/organisations/{id}:describe",        kRoles,  kOperator,         describe_organisation},
    {"POST", "/v1/organisations/{id}/limits",          kRoles,  kOperator,         set_limits},

    {"POST", "/v1/device-models",                      kRoles,  kOperator,         create_model},
    {"GET",  "/v1/device-models",                      kAnyone, 0,                 list_models, kQuery},
    {"POST", "/v1/markets",                            kRoles,  kOperator,         create_market},
    {"GET",  "/v1/markets",                            kAnyone, 0,                 list_markets, kQuery},
    {"POST", "/v1/markets/{class}/{currency}:halt",    kRoles,  kOperator,         halt_market},
    {"POST", "/v1/markets/{class}/{currency}:resume",  kRoles,  kOperator,         resume_market},
    {"POST", "/v1/markets/{class}/{currency}:set-band", kRoles, kOperator,         set_band},
    {"POST", "/v1/markets/{class}/{currency}:set-index", kRoles, kOperator,        set_index},
    {"POST", "/v1/markets/{class}/{currency}/calls",   kRoles,  kOperator,         open_call},
    {"GET",  "/v1/markets/{class}/{currency}/calls",   kAnyone, 0,                 list_calls},
    {"POST", "/v1/markets/{class}/{currency}/calls:close", kRoles, kOperator,      close_call},
    {"GET",  "/v1/markets/{class}/{currency}/trades",  kPublic, 0,                 list_public_trades, kQuery},
    {"GET",  "/v1/markets/{class}/{currency}/candles", kPublic, 0,                 list_candles, kQuery},
    {"GET",  "/v1/markets/{class}/{currency}/index",   kPublic, 0,                 get_index},
    {"GET",  "/v1/markets/{class}/{currency}/index/history", kPublic, 0,           list_index_history, kQuery},
    {"GET",  "/v1/markets/{class}/{currency}/depth",   kAnyone, 0,                 get_depth, kQuery},
    {"GET",  "/v1/capacity",                           kAnyone, 0,                 get_capacity, kQuery},
    {"GET",  "/v1/capacity/tiers",                     kAnyone, 0,                 get_tiers, kQuery},
    {"GET",  "/v1/totals",                             kPublic, 0,                 get_totals},
    {"POST", "/v1/schedules",                          kRoles,  kOperator,         create_schedule},
    {"GET",  "/v1/schedules",                          kAnyone, 0,                 list_schedules, kQuery},

    {"POST", "/v1/sites",                              kRoles,  kProvider,         create_site},
    {"GET",  "/v1/sites",                              kAnyone, 0,                 list_sites, kQuery},
    {"POST", "/v1/pools",                              kRoles,  kProvider,         create_pool},
    {"GET",  "/v1/pools",                              kAnyone, 0,                 list_pools, kQuery},
    {"GET",  "/v1/pools/{id}",                         kAnyone, 0,                 get_pool},
    {"GET",  "/v1/pools/{id}/calendar",                kAnyone, 0,                 get_calendar, kQuery},
    {"POST", "/v1/pools/{id}/titles",                  kRoles,  kPaying,           propose_title},
    {"GET",  "/v1/pools/{id}/titles",                  kAnyone, 0,                 list_pool_titles, kQuery},
    {"POST", "/v1/pools/{id}/titles/{title}:confirm",  kRoles,  kPaying,           confirm_title},
    {"POST", "/v1/pools/{id}/titles/{title}:refuse",   kRoles,  kPaying,           refuse_title},
    {"GET",  "/v1/titles",                             kAnyone, 0,                 list_own_titles, kQuery},
    {"POST", "/v1/pools/{id}/attestations",            kRoles,  kProvider,         attest},
    {"POST", "/v1/pools/{id}/blocks",                  kRoles,  kProvider,         block_lots},
    {"GET",  "/v1/pools/{id}/blocks",                  kRoles,  kProvider,         list_blocks},
    {"POST", "/v1/pools/{id}/blocks/{block}:unblock",  kRoles,  kProvider,         unblock_lots},

    {"POST", "/v1/orders",                             kRoles,  kTrader,           place_order},
    {"POST", "/v1/orders:batch",                       kRoles,  kTrader,           place_orders},
    {"POST", "/v1/orders:preview",                     kRoles,  kTrader,           preview_order, kNoKey},
    {"POST", "/v1/orders:cancel-all",                  kRoles,  kTraderOrOperator, cancel_all_orders},
    {"GET",  "/v1/orders",                             kAnyone, 0,                 list_orders, kQuery},
    {"GET",  "/v1/orders/{id}",                        kAnyone, 0,                 get_order},
    {"POST", "/v1/orders/{id}:cancel",                 kRoles,  kTraderOrOperator, cancel_order},
    {"POST", "/v1/orders/{id}:replace",                kRoles,  kTraderOrOperator, replace_order},
    {"GET",  "/v1/trades",                             kAnyone, 0,                 list_trades, kQuery},
    {"GET",  "/v1/books",                              kAnyone, 0,                 MemoryHandler{get_book, is_book_ready}, kQuery},

    {"GET",  "/v1/stream",                             kPublic, 0,                 open_stream},

    {"GET",  "/v1/leases",                             kAnyone, 0,                 list_leases, kQuery},
    {"GET",  "/v1/leases/{id}",                        kAnyone, 0,                 get_lease},
    {"POST", "/v1/leases/{id}:accept",                 kRoles,  kProvider,         accept_lease},
    {"POST", "/v1/leases/{id}:activate",               kRoles,  kProvider,         activate_lease},
    {"POST", "/v1/leases/{id}:release",                kRoles,  any_of(Role::kBuyer, Role::kOperator), release_lease},
    {"POST", "/v1/leases:advance",                     kRoles,  kProvider,         advance_leases},

    {"POST", "/v1/meters",                             kRoles,  kTraderOrOperator, register_meter},
    {"GET",  "/v1/meters",                             kAnyone, 0,                 list_meters, kQuery},
    {"POST", "/v1/meters/{id}:rotate",                 kRoles,  kTraderOrOperator, rotate_meter},
    {"POST", "/v1/meters/{id}:revoke",                 kRoles,  kTraderOrOperator, revoke_meter},
    {"POST", "/v1/readings:batch",                     kRoles,  kMetering,         submit_readings, kRawBody},
    {"GET",  "/v1/readings",                           kAnyone, 0,                 list_readings, kQuery},

    {"GET",  "/v1/accounts",                           kAnyone, 0,                 list_accounts, kQuery},
    {"POST", "/v1/accounts/{organisation}/deposits",   kRoles,  kOperator,         deposit},
    {"POST", "/v1/accounts/{organisation}/withdrawals", kRoles,  kPaying,          withdraw},
    {"POST", "/v1/accounts/{organisation}/bond",       kRoles,  kPaying,           give_bond},
    {"POST", "/v1/accounts/{organisation}/bond:release", kRoles, kOperator,        release_bond},
    {"GET",  "/v1/cash-requests",                      kAnyone, 0,                 list_cash_requests, kQuery},
    {"GET",  "/v1/cash-requests/{id}",                 kAnyone, 0,                 get_cash_request},
    {"POST", "/v1/cash-requests/{id}:approve",         kRoles,  kOperator,         approve_cash},
    {"POST", "/v1/cash-requests/{id}:reject",          kRoles,  kPaying,           reject_cash},
    {"POST", "/v1/payments",                           kAnyone, 0,                 take_payment},
    {"POST", "/v1/payment-keys",                       kRoles,  kOperator,         create_payment_key},
    {"GET",  "/v1/payment-keys",                       kRoles,  kOperator,         list_payment_keys},
    {"POST", "/v1/payment-keys/{id}:revoke",           kRoles,  kOperator,         revoke_payment_key},
    {"GET",  "/v1/operator-requests",                  kRoles,  kOperator,         list_operator_requests, kQuery},
    {"GET",  "/v1/operator-requests/{id}",             kRoles,  kOperator,         get_operator_request},
    {"POST", "/v1/operator-requests/{id}:approve",     kRoles,  kOperator,         approve_operator_request},
    {"POST", "/v1/operator-requests/{id}:reject",      kRoles,  kOperator,         reject_operator_request},
    {"GET",  "/v1/journal",                            kAnyone, 0,                 list_journal, kQuery},
    {"POST", "/v1/journal/{id}:reverse",               kRoles,  kOperator,         reverse_entry},
    {"GET",  "/v1/statements",                         kAnyone, 0,                 get_statement, kQuery},
    {"POST", "/v1/periods/{period}:close",             kRoles,  kOperator,         close_period},
    {"GET",  "/v1/periods",                            kAnyone, 0,                 list_periods},
    {"GET",  "/v1/periods/{period}/balances",          kAnyone, 0,                 list_period_balances, kQuery},
    {"GET",  "/v1/invoices",                           kAnyone, 0,                 list_invoices, kQuery},
    {"GET",  "/v1/invoices/{number}",                  kAnyone, 0,                 get_invoice, kQuery},
    {"POST", "/v1/agreements",                         kRoles,  kProvider,         create_agreement},
    {"GET",  "/v1/agreements",                         kAnyone, 0,                 list_agreements, kQuery},
    {"POST", "/v1/agreements/{id}:end",                kRoles,  kProvider,         end_agreement},
    {"GET",  "/v1/exports/focus",                      kAnyone, 0,                 export_focus, kQuery},
    {"GET",  "/v1/exports/hledger",                    kAnyone, 0,                 export_hledger, kQuery},
    {"GET",  "/v1/exports/beancount",                  kAnyone, 0,                 export_beancount, kQuery},
    {"GET",  "/v1/exports/payouts",                    kAnyone, 0,                 export_payouts, kQuery},
    {"POST", "/v1/voucher-programmes",                 kRoles,  kFunding,          open_programme},
    {"GET",  "/v1/voucher-programmes",                 kAnyone, 0,                 list_programmes, kQuery},
    {"POST", "/v1/voucher-programmes/{id}:fund",       kRoles,  kFunding,          fund_programme},
    {"POST", "/v1/voucher-programmes/{id}:close",      kRoles,  kFunding,          close_programme},
    {"GET",  "/v1/voucher-programmes/{id}/redemptions", kRoles, kFunding,          list_redemptions, kQuery},
    {"POST", "/v1/voucher-grants",                     kRoles,  kFunding,          grant_voucher},
    {"GET",  "/v1/voucher-grants",                     kAnyone, 0,                 list_grants, kQuery},
    {"POST", "/v1/voucher-grants/{id}:revoke",         kRoles,  kFunding,          revoke_grant},
    {"POST", "/v1/disputes",                           kRoles,  kTraderOrOperator, open_dispute},
    {"GET",  "/v1/disputes",                           kAnyone, 0,                 list_disputes, kQuery},
    {"GET",  "/v1/disputes/{id}",                      kAnyone, 0,                 get_dispute},
    {"POST", "/v1/disputes/{id}/claim",                kRoles,  kPaying,           claim_dispute},
    {"POST", "/v1/disputes/{id}/evidence",             kRoles,  kPaying,           add_evidence},
    {"POST", "/v1/disputes/{id}/offers",               kRoles,  kPaying,           offer_settlement},
    {"POST", "/v1/disputes/{id}/ruling",               kRoles,  any_of(Role::kArbiter), rule_dispute},
    {"POST", "/v1/arbiter-keys",                       kRoles,  kOperator,         register_arbiter_key},
    {"GET",  "/v1/arbiter-keys",                       kAnyone, 0,                 list_arbiter_keys, kQuery},
    {"POST", "/v1/arbiter-keys/{id}:revoke",           kRoles,  any_of(Role::kArbiter, Role::kOperator), revoke_arbiter_key},
    {"POST", "/v1/signing-keys",                       kRoles,  kManaging,         register_signing_key},
    {"GET",  "/v1/signing-keys",                       kAnyone, 0,                 list_signing_keys, kQuery},
    {"POST", "/v1/signing-keys/{id}:revoke",           kRoles,  kManaging,         revoke_signing_key},
    {"POST", "/v1/projects",                           kRoles,  kTraderOrOperator, open_project},
    {"GET",  "/v1/projects",                           kAnyone, 0,                 list_projects, kQuery},
    {"GET",  "/v1/projects/{id}",                      kAnyone, 0,                 get_project},
    {"POST", "/v1/projects/{id}:rename",               kRoles,  kTraderOrOperator, rename_project},
    {"POST", "/v1/projects/{id}:set-budget",           kRoles,  kTraderOrOperator, set_project_budget},
    {"POST", "/v1/projects/{id}:close",                kRoles,  kTraderOrOperator, close_project},
    {"POST", "/v1/settlement-runs",                    kRoles,  kSettling,         run_settlement},
    {"GET",  "/v1/settlement-runs",                    kRoles,  kSettling,         list_runs, kQuery},
    {"GET",  "/v1/settlement-runs:preview",            kRoles,  kSettling,         preview_run, kQuery},
    {"GET",  "/v1/settlement-runs/{id}",               kRoles,  kSettling,         get_run},
    {"GET",  "/v1/settlement-runs/{id}/lines",         kRoles,  kSettling,         get_run_lines, kQuery},

    {"POST", "/v1/webhooks",                           kRoles,  kManaging,         create_webhook},
    {"GET",  "/v1/webhooks",                           kRoles,  kManaging,         list_webhooks, kQuery},
    {"GET",  "/v1/webhooks/{id}",                      kRoles,  kManaging,         get_webhook},
    {"DELETE", "/v1/webhooks/{id}",                    kRoles,  kManaging,         delete_webhook},
    {"POST", "/v1/webhooks/{id}:update",               kRoles,  kManaging,         update_webhook},
    {"POST", "/v1/webhooks/{id}:rotate-secret",        kRoles,  kManaging,         rotate_webhook_secret},
    {"POST", "/v1/webhooks/{id}:test",                 kRoles,  kManaging,         test_webhook},
    {"GET",  "/v1/webhooks/{id}/deliveries",           kRoles,  kManaging,         list_deliveries, kQuery},
    {"POST", "/v1/webhooks/{id}/deliveries/{delivery}:redeliver", kRoles, kManaging, redeliver},

    {"GET",  "/v1/ledger",                             kPublic, 0,                 get_ledger_status},
    {"GET",  "/v1/ledger/checkpoint",                  kPublic, 0,                 get_checkpoint},
    {"GET",  "/v1/ledger/key",                         kPublic, 0,                 get_log_key},
    {"GET",  "/v1/ledger/receipts/{index}",            kAnyone, 0,                 get_receipt},
    {"GET",  "/v1/ledger/entries/{index}",             kAnyone, 0,                 get_own_entry},
    {"GET",  "/v1/ledger/tile/entries/{path...}",      kRoles,  kAuditing,         get_entries_tile},
    {"GET",  "/v1/ledger/tile/{path...}",              kPublic, 0,                 get_tile},

    {"GET",  "/v1/openapi.yaml",                       kPublic, 0,                 get_openapi},
    {"GET",  "/v1/docs",                               kPublic, 0,                 get_reference},
    {"GET",  "/v1/admin/digest",                       kRoles,  kOperator,         get_digest},
    {"GET",  "/v1/sandbox/clock",                      kAnyone, 0,                 get_clock},
    {"POST", "/v1/sandbox/clock",                      kRoles,  kOperator,         set_clock, kNoKey},
});
// clang-format on

}  // namespace

std::span<const Route> routes() {
    return kRoutes;
}

}  // namespace suanpan::api
