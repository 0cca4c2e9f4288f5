// Readings, windows, accounts, settlement.

#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace suanpan::api {

namespace {

Json posting_json(const settlement::Posting& posting) {
    return {{"organisation", to_string(posting.account.organisation)},
            {"currency", posting.account.currency},
            {"account", settlement::to_string(posting.account.kind)},
            {"amount", to_string(posting.amount)}};
}

// What the window missed of what was guaranteed, and what that credits.
Json missed_json(const std::vector<settlement::MissedGuarantee>& missed) {
    Json out = Json::array();
    for (const settlement::MissedGuarantee& each : missed) {
        Json one{{"quantity", settlement::to_string(each.quantity)},
                 {"percentile_ppm", each.percentile.value},
                 {"value", each.value},
                 {"credit_ppm", each.credit.value}};
        if (each.disputed.value != 0) one["disputed_ppm"] = each.disputed.value;
        out.push_back(std::move(one));
    }
    return out;
}

// What both parties of the contract know.
void add_sale(Json& out, const db::LineInfo& info) {
    const core::SettlementLineRow& row = info.row;
    const settlement::WaterfallLine& line = row.line;
    Json readings = Json::array();
    for (const LogIndex index : row.readings)
        readings.push_back(index.value);
    out["buyer"] = to_string(info.buyer);
    out["lots"] = info.terms.lots.value;
    out["price"] = to_string(info.terms.price);
    out["price_unit"] = matching::to_string(info.terms.price_unit);
    out["rate"] = to_string(info.terms.rate);
    out["lot_us"] = std::to_string(row.lot_us);
    if (row.paid_us != row.lot_us) out["paid_us"] = std::to_string(row.paid_us);
    out["readings"] = std::move(readings);
    out["sale"] = to_string(line.sale);
    out["credit"] = to_string(line.credit);
    if (!row.missed.empty()) out["guarantees"] = missed_json(row.missed);
    out["discount"] = to_string(line.discount);
    out["amount"] = to_string(line.amount);
}

void add_buyer_side(Json& out, const settlement::WaterfallLine& line) {
    out["voucher"] = to_string(line.voucher);
    out["buyer_fee"] = to_string(line.buyer_fee);
    out["buyer_tax"] = to_string(line.buyer_tax);
    out["buyer_pays"] = to_string(line.buyer_pays);
}

void add_provider_side(Json& out, const settlement::WaterfallLine& line) {
    out["provider_fee"] = to_string(line.provider_fee);
    out["withheld"] = to_string(line.withheld);
    out["provider_gets"] = to_string(line.provider_gets);
}

}  // namespace

Json to_json(const core::ReadingRow& reading) {
    return {{"lease", to_string(reading.lease)},        {"meter", to_string(reading.meter)},
            {"epoch", std::to_string(reading.epoch)},   {"seq", std::to_string(reading.seq)},
            {"hash", to_hex(as_chars(reading.hash))},   {"window", to_json(reading.window)},
            {"lot_us", std::to_string(reading.lot_us)}, {"gap", reading.gap},
            {"log_index", reading.index.value}};
}

Json to_json(const core::FinalWindowRow& row) {
    const settlement::FinalWindow& window = row.window;
    Json readings = Json::array();
    for (const LogIndex index : window.readings)
        readings.push_back(index.value);
    Json out{{"lease", to_string(window.lease)},
             {"window", to_json(window.window)},
             {"final_at", window.final_at.value},
             {"final_time", to_string(row.final_time)},
             {"lot_us", std::to_string(window.lot_us)},
             {"busy_us", std::to_string(window.busy_us)},
             {"disputed_us", std::to_string(window.disputed_us)},
             {"estimated", window.estimated},
             {"readings", std::move(readings)}};
    if (row.settled_by) out["settled_by"] = to_string(*row.settled_by);
    if (row.dispute_until.value > 0) out["dispute_until"] = to_string(row.dispute_until);
    if (!row.missed.empty()) out["guarantees"] = missed_json(row.missed);
    return out;
}

Json to_json(const db::ReadingChain& chain) {
    Json entries = Json::array();
    for (const LogIndex index : chain.entries)
        entries.push_back(index.value);
    return {{"meter", to_string(chain.meter)},
            {"role", settlement::to_string(chain.role)},
            {"readings", chain.readings},
            {"entries", std::move(entries)}};
}

Json to_json(const core::BalanceRow& balance) {
    return {{"organisation", to_string(balance.account.organisation)},
            {"currency", balance.account.currency},
            {"account", settlement::to_string(balance.account.kind)},
            {"balance", to_string(balance.balance)}};
}

Json to_json(const settlement::JournalEntry& entry, const std::optional<OrganisationId>& viewer) {
    Json postings = Json::array();
    for (const settlement::Posting& posting : entry.postings) {
        if (!viewer || posting.account.organisation == *viewer)
            postings.push_back(posting_json(posting));
    }
    Json out{{"id", to_string(entry.id)},
             {"time", to_string(entry.time)},
             {"reason", entry.reason},
             {"log_index", entry.index.value},
             {"postings", std::move(postings)}};
    if (!entry.reverses.is_nil()) out["reverses"] = to_string(entry.reverses);
    return out;
}

Json to_json(const settlement::DiscountAgreement& agreement) {
    Json tiers = Json::array();
    for (const settlement::VolumeTier& tier : agreement.tiers)
        tiers.push_back({{"from", to_string(tier.from)}, {"discount_ppm", tier.discount.value}});
    Json out{{"id", to_string(agreement.id)},       {"provider", to_string(agreement.provider)},
             {"buyer", to_string(agreement.buyer)}, {"currency", agreement.currency},
             {"classes", agreement.classes},        {"tiers", std::move(tiers)},
             {"from", to_string(agreement.from)},   {"log_index", agreement.index.value}};
    if (agreement.firmness) out["firmness"] = settlement::to_string(*agreement.firmness);
    if (agreement.billing) out["billing"] = settlement::to_string(*agreement.billing);
    if (agreement.until) out["until"] = to_string(*agreement.until);
    return out;
}

Json to_json(const core::RunRow& run) {
    Json totals = Json::object();
    for (const auto& [currency, sums] : run.totals) {
        totals[currency] = {{"windows", sums.windows},
                            {"sale", to_string(sums.sale)},
                            {"buyer_pays", to_string(sums.buyer_pays)},
                            {"provider_gets", to_string(sums.provider_gets)},
                            {"fees", to_string(sums.fees)},
                            {"tax", to_string(sums.tax)},
                            {"vouchers", to_string(sums.vouchers)}};
    }
    return {{"id", to_string(run.id)},     {"from", run.from.value},      {"to", run.to.value},
            {"leases", run.leases},        {"totals", std::move(totals)}, {"closed", run.closed},
            {"log_index", run.index.value}};
}

Json to_json(const db::LineInfo& info, const std::optional<OrganisationId>& viewer) {
    const core::SettlementLineRow& row = info.row;
    const bool buyer = !viewer || *viewer == info.buyer;
    const bool provider = !viewer || *viewer == info.provider;
    Json owners = Json::array();
    for (std::size_t i = 0; i < row.owners.size(); ++i) {
        if (viewer && row.owners[i] != *viewer) continue;
        owners.push_back({{"organisation", to_string(row.owners[i])},
                          {"amount", to_string(row.line.owners.at(i))}});
    }
    Json out{{"run", to_string(row.run)},
             {"lease", to_string(row.lease)},
             {"provider", to_string(info.provider)},
             {"pool", to_string(info.pool)},
             {"market", matching::to_string(info.market)},
             {"window", to_json(row.window)},
             {"currency", row.currency},
             {"owners", std::move(owners)},
             {"log_index", row.index.value}};
    if (buyer || provider) add_sale(out, info);
    if (buyer) add_buyer_side(out, row.line);
    if (buyer && !row.grant.is_nil()) out["grant"] = to_string(row.grant);
    if (provider) add_provider_side(out, row.line);
    if (!row.dispute.is_nil()) out["dispute"] = to_string(row.dispute);
    if (row.corrects) out["corrects"] = row.corrects->value;
    return out;
}

}  // namespace suanpan::api
