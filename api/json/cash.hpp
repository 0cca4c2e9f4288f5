#pragma once

// Persons, payment keys, and money in and out as JSON.

#include "base/json.hpp"
#include "db/queries/cash.hpp"

namespace suanpan::api {

Json to_json(const db::UserInfo& user);
Json to_json(const core::PaymentKeyRow& key);
Json to_json(const core::CashRow& row);

}  // namespace suanpan::api
