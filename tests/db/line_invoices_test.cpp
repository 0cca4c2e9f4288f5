// Which invoice a line of a statement stands on, against the closings that made the invoices.

#include "base/check.hpp"
#include "core/period_desk.hpp"
#include "db/batch.hpp"
#include "db/native_session.hpp"
#include "db/queries/billing.hpp"
#include "support/seed.hpp"
#include "tests/db/fixture.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

namespace suanpan::db {
namespace {

using settlement::Month;

const std::string kCurrency = "CNY";
const Month kFirst = *settlement::parse_month("2026-11");  // that closes
constexpr int kMonths = 9;

template <typename IdType>
IdType numbered(std::size_t number) {
    IdType id;
    id.bytes.fill(static_cast<std::uint8_t>(number + 1));
    return id;
}

struct Line {
    std::size_t lease = 0;
    Time start;
    Money net;
    Money tax;
    LogIndex index;
    bool summed = false;
    std::string invoice;
};

// Two buyers with two leases each, of which one is for a project; lines of them come and months
// close in any way in which the market may have it.
class Closings {
 public:
    explicit Closings(std::uint64_t seed) : random_(seed) {}

    void run() {
        for (int i = 0; i < kMonths; ++i) {
            const Month month(kFirst.value + i);
            add_lines(month, 12);
            close(month);
        }
        add_lines(Month(kFirst.value + kMonths), 6);
    }
    [[nodiscard]] Batch batch(std::int64_t epoch) const {
        Batch out;
        out.epoch = epoch;
        out.changes.head.size = size_;
        for (std::size_t i = 0; i < 2; ++i) {
            core::OrganisationRow row;
            row.id = numbered<OrganisationId>(i);
            out.changes.organisations.push_back(row);
        }
        for (std::size_t i = 0; i < 4; ++i)
            out.changes.leases.push_back(lease(i));
        for (const Line& line : lines)
            out.changes.lines.push_back(line_row(line));
        out.changes.periods = periods_;
        out.changes.period_balances = balances_;
        out.changes.invoices = invoices_;
        for (std::int64_t i = 0; i < size_.value; ++i) {
            EntryRow entry;
            entry.index = LogIndex(i);
            entry.time = Time(i);
            entry.kind = "tick";
            entry.cause = numbered<CommandId>(0);
            entry.bytes = "{}";
            out.entries.push_back(entry);
        }
        return out;
    }

    std::vector<Line> lines;

 private:
    static OrganisationId buyer_of(std::size_t lease) {
        return numbered<OrganisationId>(lease / 2);
    }
    static ProjectId project_of(std::size_t lease) {
        return lease % 2 == 0 ? ProjectId() : numbered<ProjectId>(lease);
    }

    std::int64_t below(std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
    }

    // Of the month that closes next, of the one behind it, and corrections of older ones.
    void add_lines(Month month, std::int64_t most) {
        for (std::int64_t n = below(most); n > 0; --n) {
            Line line;
            line.lease = static_cast<std::size_t>(below(4));
            const Month of(month.value + 1 - below(4));
            line.start =
                Time(settlement::month_window(of).start.value + 3'600 * ++hours_[line.lease]);
            // Often what takes back all of the line before.
            const bool back = !lines.empty() && below(4) == 0;
            if (back) {
                line.lease = lines.back().lease;
                line.start = lines.back().start;
            }
            line.net = Money(back ? -lines.back().net.value : below(2'000) - 700);
            line.tax = Money(line.net.value / 10);
            line.index = LogIndex(size_.value++);
            desk_.add(buyer_of(line.lease), project_of(line.lease), kCurrency, line.start, line.net,
                      line.tax);
            lines.push_back(line);
        }
    }

    void close(Month month) {
        core::PeriodRow period;
        period.month = month;
        period.closed = true;
        period.index = LogIndex(size_.value++);
        periods_.push_back(period);
        std::set<OrganisationId> waiting;
        for (const auto& [key, sum] : desk_.sums) {
            if (sum.period <= month) waiting.insert(sum.organisation);
        }
        // Or one that has a balance.
        if (below(2) == 0) waiting.insert(numbered<OrganisationId>(0));
        // Of the others all lines have come to nothing, and stand on no invoice.
        for (std::size_t buyer = 0; buyer < 2; ++buyer) {
            if (!waiting.contains(numbered<OrganisationId>(buyer)))
                sum_up(month, numbered<OrganisationId>(buyer), {});
        }
        for (const OrganisationId& organisation : waiting) {
            add_lines(month, 4);  // while the closing is under way
            close_one(month, organisation);
        }
        size_.value += 1;
    }

    void close_one(Month month, const OrganisationId& organisation) {
        const LogIndex index(size_.value++);
        balances_.push_back({month, organisation, {}, index});
        const auto issued = desk_.issue(month, organisation, Time(0), index);
        invoices_.insert(invoices_.end(), issued.begin(), issued.end());
        sum_up(month, organisation, issued);
    }

    void sum_up(Month month, const OrganisationId& organisation,
                const std::vector<core::InvoiceRow>& issued) {
        for (Line& line : lines) {
            if (line.summed || buyer_of(line.lease) != organisation ||
                settlement::month_of(line.start) > month)
                continue;
            line.summed = true;
            line.invoice = invoice_of(line, issued);
        }
    }

    // One of its kind before one of the other, and the least number of those.
    static std::string invoice_of(const Line& line, const std::vector<core::InvoiceRow>& issued) {
        std::array<std::string, 2> found;
        for (const core::InvoiceRow& row : issued) {
            if (row.invoice.project != project_of(line.lease)) continue;
            const bool bought = !row.invoice.corrects;
            std::string& number = found.at(bought == (line.net.value >= 0) ? 0 : 1);
            const std::string text = settlement::to_string(row.number);
            if (number.empty() || text < number) number = text;
        }
        return found[0].empty() ? found[1] : found[0];
    }

    static core::LeaseRow lease(std::size_t number) {
        core::LeaseRow row;
        row.id = numbered<LeaseId>(number);
        row.trade = numbered<TradeId>(number);
        row.buyer = buyer_of(number);
        row.project = project_of(number);
        row.provider = numbered<OrganisationId>(9);
        row.buy_order = numbered<OrderId>(1);
        row.sell_order = numbered<OrderId>(2);
        row.pool = numbered<PoolId>(1);
        row.market = {"AI-FP16", kCurrency};
        row.terms.lots = Lots(1);
        row.terms.window = {Time(0), Time(1)};
        return row;
    }
    static core::SettlementLineRow line_row(const Line& line) {
        core::SettlementLineRow row;
        row.run = numbered<RunId>(0);
        row.lease = numbered<LeaseId>(line.lease);
        row.window = {line.start, Time(line.start.value + 3'600)};
        row.currency = kCurrency;
        row.line.buyer_pays = Money(line.net.value + line.tax.value);
        row.line.buyer_tax = line.tax;
        row.index = line.index;
        return row;
    }

    std::mt19937_64 random_;
    core::PeriodDesk desk_;
    LogIndex size_{0};
    std::map<std::size_t, std::int64_t> hours_;
    std::vector<core::PeriodRow> periods_;
    std::vector<core::PeriodBalanceRow> balances_;
    std::vector<core::InvoiceRow> invoices_;
};

class LineInvoices : public MigratedDatabase {};

// Each line joined all closings behind its own.
TEST_F(LineInvoices, AreThoseOfTheClosingsThatSummedThem) {
    Closings closings(support::test_seed());
    closings.run();
    {
        NativeSession session(pool.conninfo());
        write_batch(session,
                    closings.batch(std::stoll(database.query("SELECT epoch FROM log_head"))), {});
    }
    std::vector<LeaseId> leases;
    for (std::size_t i = 0; i < 4; ++i)
        leases.push_back(numbered<LeaseId>(i));
    BillingFilter all;
    all.until = Time(std::int64_t{1} << 40);
    all.before = LogIndex(std::int64_t{1} << 40);
    const auto listed = pool.read("test", [&](Tx& tx) {
        return list_billed_lines(tx, all, leases, Window{Time(0), all.until});
    });
    ASSERT_EQ(listed.size(), closings.lines.size());
    int invoiced = 0;
    for (const BilledLine& row : listed) {
        const auto line = std::ranges::find(closings.lines, row.row.index, &Line::index);
        ASSERT_NE(line, closings.lines.end());
        EXPECT_EQ(row.invoice, line->invoice)
            << "line " << line->index.value << " of "
            << settlement::to_string(settlement::month_of(line->start));
        invoiced += line->invoice.empty() ? 0 : 1;
    }
    EXPECT_GT(invoiced, 0);
}

}  // namespace
}  // namespace suanpan::db
