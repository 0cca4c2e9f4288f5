#include "api/json/cash.hpp"

#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::api {

Json to_json(const db::UserInfo& user) {
    Json out{{"id", to_string(user.row.id)},
             {"organisation", to_string(user.row.organisation)},
             {"name", user.name},
             {"removed", user.row.removed},
             {"keys", user.keys},
             {"log_index", user.row.index.value}};
    if (!user.row.registered_by.is_nil()) out["registered_by"] = to_string(user.row.registered_by);
    return out;
}

Json to_json(const core::PaymentKeyRow& key) {
    return {{"id", to_string(key.id)},
            {"organisation", to_string(key.organisation)},
            {"public_key", to_base64(as_chars(key.key))},
            {"revoked", key.revoked},
            {"log_index", key.index.value}};
}

namespace {

Json approval_json(const settlement::Approval& approval) {
    Json out{{"id", to_string(approval.id)},
             {"action", approval.action},
             {"state", std::string(settlement::to_string(approval.state))},
             {"content", to_hex(as_chars(approval.content))},
             {"requested_by", approval.requested_by},
             {"requested_at", to_string(approval.requested_at)},
             {"expires_at", to_string(approval.expires_at)}};
    if (approval.decided_by) out["decided_by"] = *approval.decided_by;
    if (approval.decided_at) out["decided_at"] = to_string(*approval.decided_at);
    return out;
}

}  // namespace

Json to_json(const core::CashRow& row) {
    Json out = approval_json(row.approval);
    out["organisation"] = to_string(row.move.organisation);
    out["currency"] = row.move.currency;
    out["amount"] = to_string(row.move.amount);
    out["reversed"] = row.reversed;
    out["log_index"] = row.index.value;
    if (!row.move.reference_hash.empty()) out["reference_hash"] = row.move.reference_hash;
    if (row.move.reverses) {
        out["reverses"] = to_string(row.move.reverses->original);
        out["reason"] = std::string(core::to_string(row.move.reverses->reason));
    }
    if (!row.payment.empty()) out["payment"] = row.payment;
    if (!row.journal.is_nil()) out["journal"] = to_string(row.journal);
    return out;
}

Json to_json(const core::OperatorRequestRow& row) {
    Json out = approval_json(row.approval);
    out["log_index"] = row.index.value;
    if (const auto* month = std::get_if<core::CloseMonth>(&row.act)) {
        out["period"] = settlement::to_string(month->month);
        return out;
    }
    const auto& key = std::get<core::TrustKey>(row.act);
    out["payment_key"] = {{"id", to_string(key.id)},
                          {"organisation", to_string(key.organisation)},
                          {"public_key", to_base64(as_chars(key.key))}};
    return out;
}

Json to_json(const settlement::Balances& balances) {
    Json out = Json::object();
    for (const auto& [key, amount] : balances)
        out[key.first][std::string(settlement::to_string(key.second))] = to_string(amount);
    return out;
}

Json to_json(const core::PeriodRow& period) {
    return {{"period", settlement::to_string(period.month)},
            {"closed", period.closed},
            {"organisations", period.organisations},
            {"total", to_json(period.total)},
            {"log_index", period.index.value}};
}

Json to_json(const core::PeriodBalanceRow& row) {
    Json out{{"organisation", to_string(row.organisation)},
             {"period", settlement::to_string(row.month)},
             {"balances", to_json(row.balances)}};
    if (row.index) out["log_index"] = row.index->value;
    return out;
}

Json to_json(const core::InvoiceRow& row) {
    const settlement::Invoice& invoice = row.invoice;
    Json out{{"number", settlement::to_string(row.number)},
             {"organisation", to_string(invoice.organisation)},
             {"period", settlement::to_string(invoice.period)},
             {"currency", invoice.currency},
             {"net", to_string(invoice.net)},
             {"tax", to_string(invoice.tax)},
             {"total", to_string(Money(invoice.net.value + invoice.tax.value))},
             {"issued", to_string(row.issued)},
             {"log_index", row.index.value}};
    if (!invoice.project.is_nil()) out["project"] = to_string(invoice.project);
    if (invoice.corrects) out["corrects"] = settlement::to_string(*invoice.corrects);
    return out;
}

}  // namespace suanpan::api
