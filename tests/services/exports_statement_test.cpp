#include "base/decimal.hpp"
#include "services/exports/csv.hpp"
#include "services/exports/payouts_csv.hpp"
#include "services/exports/statement_csv.hpp"
#include "services/exports/statement_html.hpp"
#include "support/golden.hpp"
#include "support/seed.hpp"
#include "tests/services/exports_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace suanpan::services {
namespace {

std::string csv_of(const std::vector<Billed>& leases, const OrganisationId& organisation,
                   std::optional<OrganisationId> viewer) {
    return written(*make_statement_csv(viewer), heading_of(organisation), leases);
}

std::string html_of(const std::vector<Billed>& leases, const OrganisationId& organisation) {
    return written(*make_statement_html(), heading_of(organisation), leases);
}

void expect_same(const std::string& name, const std::string& now) {
    EXPECT_EQ(now, support::golden(SUANPAN_SOURCE_DIR, "statements/" + name, now));
}

std::size_t count(const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

TEST(Csv, QuotesAndDisarms) {
    EXPECT_EQ(csv_text("plain"), "plain");
    EXPECT_EQ(csv_text("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_text("say \"x\""), "\"say \"\"x\"\"\"");
    EXPECT_EQ(csv_text("=1+1"), "'=1+1");
    EXPECT_EQ(csv_text("@a\nb"), "\"'@a\nb\"");
    EXPECT_EQ(csv_row({"a", "", "b"}), "a,,b\r\n");
}

TEST(StatementCsv, ShowsEachSideItsOwn) {
    expect_same("buyer.csv", csv_of({small_lease()}, laboratory(), laboratory()));
    expect_same("provider.csv", csv_of({small_lease()}, data_centre(), data_centre()));
    expect_same("owner.csv", csv_of({small_lease()}, co_owner(), co_owner()));
    expect_same("operator.csv", csv_of({small_lease()}, laboratory(), std::nullopt));
    const CsvRow owner = read_csv(csv_of({small_lease()}, co_owner(), co_owner())).at(0);
    for (const auto& [column, value] : owner) {
        static const std::set<std::string> kKnown{
            "lease",    "window_start",  "window_end", "market", "pool", "model",    "hub",
            "provider", "provider_name", "currency",   "share",  "run",  "log_index"};
        EXPECT_EQ(value.empty(), !kKnown.contains(column)) << column;
    }
}

Money sum(const std::vector<CsvRow>& rows, const std::string& column, const std::string& currency,
          const std::string& role = "", const OrganisationId& who = {}) {
    Money total;
    for (const CsvRow& row : rows) {
        if (row.at("currency") != currency || row.at(column).empty()) continue;
        if (!role.empty() && row.at(role) != to_string(who)) continue;
        total.value += parse_money(row.at(column))->value;
    }
    return total;
}

TEST(StatementCsv, SumsToTheTotals) {
    std::mt19937_64 random(support::test_seed());
    for (int round = 0; round < 30; ++round) {
        const auto leases = random_leases(random, 25);
        for (const OrganisationId& one : {laboratory(), data_centre(), co_owner()}) {
            const auto rows = read_csv(csv_of(leases, one, one));
            for (const auto& [currency, totals] : totals_of(one, leases)) {
                EXPECT_EQ(sum(rows, "buyer_pays", currency), totals.paid);
                EXPECT_EQ(sum(rows, "buyer_fee", currency), totals.buyer_fees);
                EXPECT_EQ(sum(rows, "buyer_tax", currency), totals.buyer_tax);
                EXPECT_EQ(sum(rows, "voucher", currency), totals.vouchers);
                EXPECT_EQ(sum(rows, "amount", currency, "buyer", one), totals.bought);
                EXPECT_EQ(sum(rows, "credit", currency, "buyer", one), totals.bought_credits);
                EXPECT_EQ(sum(rows, "amount", currency, "provider", one), totals.sold);
                EXPECT_EQ(sum(rows, "discount", currency, "provider", one), totals.sold_discounts);
                EXPECT_EQ(sum(rows, "provider_fee", currency), totals.provider_fees);
                EXPECT_EQ(sum(rows, "withheld", currency), totals.withheld);
                EXPECT_EQ(sum(rows, "share", currency), totals.received);
                EXPECT_EQ(totals.paid.value, totals.bought.value - totals.vouchers.value +
                                                 totals.buyer_fees.value + totals.buyer_tax.value);
            }
        }
    }
}

TEST(StatementHtml, IsTheSamePageAsBefore) {
    expect_same("buyer.html", html_of({small_lease()}, laboratory()));
}

TEST(StatementHtml, HasASectionForEachLeaseAndNothingToLoad) {
    std::mt19937_64 random(support::test_seed());
    const auto leases = random_leases(random, 12);
    const std::string html = html_of(leases, data_centre());
    EXPECT_EQ(count(html, "<section>"), leases.size());
    EXPECT_EQ(count(html, "</section>"), leases.size());
    EXPECT_EQ(count(html, "<table"), count(html, "</table>"));
    EXPECT_EQ(count(html, "<tr"), count(html, "</tr>"));
    EXPECT_EQ(count(html, "<td"), count(html, "</td>"));
    EXPECT_EQ(count(html, "http"), 0U);
    EXPECT_EQ(count(html, "<script"), 0U);
    EXPECT_NE(html.find("size: A4"), std::string::npos);
    EXPECT_NE(html.find("Laboratory, &quot;north&quot; &amp; &lt;Co&gt;"), std::string::npos);
    EXPECT_EQ(html.find("<Co>"), std::string::npos);
    const std::string nothing = html_of({}, laboratory());
    EXPECT_NE(nothing.find("Nothing was settled"), std::string::npos);
}

TEST(StatementHtml, KeepsFromAnOwnerWhatThePartiesAgreed) {
    const std::string html = html_of({small_lease()}, co_owner());
    EXPECT_EQ(html.find("Laboratory,"), html.rfind("Laboratory,"));  // its own heading only
    EXPECT_EQ(html.find("5.000000 CNY"), std::string::npos);
    EXPECT_EQ(html.find("To pay"), std::string::npos);
    EXPECT_NE(html.find("Own share"), std::string::npos);
}

TEST(PayoutsCsv, TellsWhatIsFreeNowAndWhen) {
    TextOf out;
    begin_payouts(out);
    db::Payout payout{laboratory(), "A Laboratory", "CNY", false, false, Money(5'000'000), Time(0)};
    write_payout(payout, out);
    payout.pending = true;
    payout.amount = Money(1);
    payout.release = Time(1'800'000'000);
    write_payout(payout, out);
    const std::string id = to_string(laboratory());
    EXPECT_EQ(out.text, "organisation,name,currency,state,amount,release\r\n" + id +
                            ",A Laboratory,CNY,available,5.000000,\r\n" + id +
                            ",A Laboratory,CNY,pending,0.000001,2027-01-15T08:00:00Z\r\n");
}

// 100,000 lines, none of which is kept: what is in memory is a page and its text.
class EndlessLease final : public PagedText {
 public:
    EndlessLease(std::unique_ptr<StatementWriter> writer, int lines)
        : writer_(std::move(writer)), left_(lines) {
        billed_ = small_lease();
    }

 private:
    bool write_page(settlement::TextSink& out) override {
        if (!begun_) writer_->begin(heading_of(laboratory()), out);
        begun_ = true;
        for (int i = 0; i < 1'000 && left_ > 0; ++i, --left_) {
            writer_->line(billed_.lease, billed_.lines[0], out);
            add_line(totals_, laboratory(), billed_.lease, billed_.lines[0]);
        }
        if (left_ == 0) writer_->finish(totals_, out);
        return left_ > 0;
    }

    std::unique_ptr<StatementWriter> writer_;
    Billed billed_;
    TotalsByCurrency totals_;
    int left_;
    bool begun_ = false;
};

TEST(TextSource, CutsWhatIsWrittenIntoPieces) {
    constexpr int kLines = 100'000;
    EndlessLease csv(make_statement_csv(laboratory()), kLines);
    std::size_t largest = 0;
    std::size_t bytes = 0;
    std::size_t lines = 0;
    std::size_t short_pieces = 0;
    for (std::string piece = csv.next(); !piece.empty(); piece = csv.next()) {
        largest = std::max(largest, piece.size());
        bytes += piece.size();
        short_pieces += piece.size() < kPieceBytes ? 1 : 0;
        lines += count(piece, "\n");
    }
    EXPECT_EQ(largest, kPieceBytes);
    EXPECT_EQ(short_pieces, 1U);
    EXPECT_EQ(lines, std::size_t{kLines} + 1);
    EXPECT_GT(bytes, std::size_t{30} << 20U);
    EXPECT_EQ(csv.next(), "");
    EndlessLease html(make_statement_html(), 2'000);
    std::string all;
    for (std::string piece = html.next(); !piece.empty(); piece = html.next())
        all += piece;
    EXPECT_EQ(count(all, "<section>"), 1U);
    EXPECT_TRUE(all.ends_with("</html>\n"));
}

}  // namespace
}  // namespace suanpan::services
