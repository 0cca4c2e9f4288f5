#include "services/settlement/statement.hpp"

#include "base/check.hpp"
#include "base/decimal.hpp"
#include "db/queries/projects.hpp"
#include "db/queries/statements.hpp"
#include "services/exports/line_pages.hpp"

#include <utility>

namespace suanpan::services {

namespace {

constexpr std::int64_t kHourMicroLots = 3'600'000'000;

void add_to(Money& total, Money amount) {
    const auto sum = add(total, amount);
    CHECK(sum);
    total = *sum;
}

void add_accounts(StatementHeading& heading, const std::vector<db::Movement>& movements) {
    for (const db::Movement& movement : movements) {
        AccountPeriod& period = heading.accounts[{movement.currency, movement.account}];
        add_to(period.opening, movement.before);
        add_to(period.closing, movement.before);
        add_to(period.closing, movement.within);
        if (movement.within.value != 0) period.movements[movement.reason] = movement.within;
    }
}

class StatementText final : public PagedText {
 public:
    StatementText(const db::Reader& database, StatementHeading heading,
                  std::unique_ptr<StatementWriter> writer)
        : heading_(std::move(heading)),
          writer_(std::move(writer)),
          pages_(database, filter_of(heading_)) {}

 private:
    static db::BillingFilter filter_of(const StatementHeading& heading) {
        const StatementRequest& asked = heading.asked;
        return {asked.organisation, asked.project, asked.from, asked.until, heading.point.size};
    }
    bool write_page(settlement::TextSink& out) override {
        if (!std::exchange(begun_, true)) {
            writer_->begin(heading_, out);
            return true;
        }
        const bool more =
            pages_.next([&](const db::BilledLease& lease, const db::BilledLine& line) {
                add_line(totals_, heading_.asked.organisation, lease, line);
                writer_->line(lease, line, out);
            });
        if (!more) writer_->finish(totals_, out);
        return more;
    }

    StatementHeading heading_;
    std::unique_ptr<StatementWriter> writer_;
    LinePages pages_;
    TotalsByCurrency totals_;
    bool begun_ = false;
};

}  // namespace

void add_line(TotalsByCurrency& by_currency, const OrganisationId& organisation,
              const db::BilledLease& lease, const db::BilledLine& billed) {
    const core::SettlementLineRow& row = billed.row;
    const settlement::WaterfallLine& line = row.line;
    StatementTotals& totals = by_currency[row.currency];
    totals.lines += 1;
    totals.lot_us += row.lot_us;
    if (lease.buyer == organisation) {
        add_to(totals.bought, line.amount);
        add_to(totals.bought_credits, line.credit);
        add_to(totals.bought_discounts, line.discount);
        add_to(totals.vouchers, line.voucher);
        add_to(totals.buyer_fees, line.buyer_fee);
        add_to(totals.buyer_tax, line.buyer_tax);
        add_to(totals.paid, line.buyer_pays);
    }
    if (lease.provider == organisation) {
        add_to(totals.sold, line.amount);
        add_to(totals.sold_credits, line.credit);
        add_to(totals.sold_discounts, line.discount);
        add_to(totals.provider_fees, line.provider_fee);
        add_to(totals.withheld, line.withheld);
    }
    for (std::size_t i = 0; i < row.owners.size(); ++i) {
        if (row.owners[i] == organisation) add_to(totals.received, line.owners.at(i));
    }
}

std::string lot_hours_text(Int128 lot_us) {
    const auto hours = narrow(floor_div(lot_us * 1'000'000, kHourMicroLots));
    return hours ? format_scaled(*hours, 6) : std::string();
}

StatementHeading read_statement_heading(const db::Reader& database,
                                        const StatementRequest& request) {
    return database.snapshot("statement_heading", [&request](db::Tx& tx) {
        StatementHeading heading;
        heading.asked = request;
        heading.point = db::read_log_point(tx);
        heading.name = db::find_organisation_name(tx, request.organisation);
        heading.operator_name = db::find_organisation_name(tx, db::find_operator(tx));
        if (request.project) {
            const auto found = db::find_project(tx, *request.project);
            if (found) heading.project_name = found->project.name;
        } else {
            add_accounts(heading,
                         db::list_movements(tx, request.organisation, request.from, request.until));
        }
        return heading;
    });
}

std::unique_ptr<TextSource> statement_text(const db::Reader& database, StatementHeading heading,
                                           std::unique_ptr<StatementWriter> writer) {
    return std::make_unique<StatementText>(database, std::move(heading), std::move(writer));
}

}  // namespace suanpan::services
