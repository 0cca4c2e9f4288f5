#pragma once

// Persons, payment keys, money in and out, what the operator asked for, and closed periods as JSON.

#include "base/json.hpp"
#include "db/queries/cash.hpp"

namespace suanpan::api {

Json to_json(const db::UserInfo& user);
Json to_json(const core::PaymentKeyRow& key);
Json to_json(const core::CashRow& row);
Json to_json(const core::OperatorRequestRow& row);
Json to_json(const core::PeriodRow& period);
Json to_json(const core::PeriodBalanceRow& row);
Json to_json(const core::InvoiceRow& row);
Json to_json(const settlement::Balances& balances);

}  // namespace suanpan::api
