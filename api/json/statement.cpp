#include "api/json/statement.hpp"

#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::api {

namespace {

Json account_json(const std::pair<std::string, std::string>& name,
                  const services::AccountPeriod& period) {
    Json movements = Json::object();
    for (const auto& [reason, amount] : period.movements)
        movements[reason] = to_string(amount);
    return {{"currency", name.first},
            {"account", name.second},
            {"opening", to_string(period.opening)},
            {"closing", to_string(period.closing)},
            {"movements", std::move(movements)}};
}

Json totals_json(const services::StatementTotals& totals) {
    Json out{{"lines", totals.lines},
             {"bought", to_string(totals.bought)},
             {"bought_credits", to_string(totals.bought_credits)},
             {"bought_discounts", to_string(totals.bought_discounts)},
             {"vouchers", to_string(totals.vouchers)},
             {"buyer_fees", to_string(totals.buyer_fees)},
             {"buyer_tax", to_string(totals.buyer_tax)},
             {"paid", to_string(totals.paid)},
             {"sold", to_string(totals.sold)},
             {"sold_credits", to_string(totals.sold_credits)},
             {"sold_discounts", to_string(totals.sold_discounts)},
             {"provider_fees", to_string(totals.provider_fees)},
             {"withheld", to_string(totals.withheld)},
             {"received", to_string(totals.received)}};
    const std::string hours = services::lot_hours_text(totals.lot_us);
    if (!hours.empty()) out["lot_hours"] = hours;
    return out;
}

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// One object, written member by member.
class StatementJson final : public services::StatementWriter {
 public:
    explicit StatementJson(std::optional<OrganisationId> viewer) : viewer_(viewer) {}

    void begin(const services::StatementHeading& heading, settlement::TextSink& out) override {
        Json accounts = Json::array();
        for (const auto& [name, period] : heading.accounts)
            accounts.push_back(account_json(name, period));
        Json head{{"organisation", to_string(heading.asked.organisation)},
                  {"from", to_string(heading.asked.from)},
                  {"to", to_string(heading.asked.until)},
                  {"log_size", heading.point.size.value},
                  {"accounts", std::move(accounts)}};
        if (heading.asked.project) {
            head["project"] = to_string(*heading.asked.project);
            head["project_name"] = heading.project_name;
        }
        std::string text = text_of(head);
        text.back() = ',';
        out.write(text + R"("lines":[)");
    }

    void line(const db::BilledLease& lease, const db::BilledLine& line,
              settlement::TextSink& out) override {
        const db::LineInfo info{line.row,   lease.buyer,  lease.provider,
                                lease.pool, lease.market, lease.terms};
        Json json = to_json(info, viewer_);
        if (line.correction) json["correction"] = true;
        const bool buyer = !viewer_ || *viewer_ == lease.buyer;
        if (!line.invoice.empty() && buyer) json["invoice"] = line.invoice;
        const ProjectId& project = buyer ? lease.buyer_project : lease.provider_project;
        if (!project.is_nil() && (buyer || *viewer_ == lease.provider))
            json["project"] = to_string(project);
        out.write((first_ ? "" : ",") + text_of(json));
        first_ = false;
    }

    void finish(const services::TotalsByCurrency& totals, settlement::TextSink& out) override {
        Json json = Json::object();
        for (const auto& [currency, sums] : totals)
            json[currency] = totals_json(sums);
        out.write(R"(],"totals":)" + text_of(json) + "}");
    }

 private:
    std::optional<OrganisationId> viewer_;
    bool first_ = true;
};

}  // namespace

std::unique_ptr<services::StatementWriter> make_statement_json(
    std::optional<OrganisationId> viewer) {
    return std::make_unique<StatementJson>(viewer);
}

}  // namespace suanpan::api
