// Statements and exports out of a real database, after a random day and beside many lines.

#include "base/decimal.hpp"
#include "db/queries/billing.hpp"
#include "services/exports/exports.hpp"
#include "services/exports/line_pages.hpp"
#include "services/exports/statement_csv.hpp"
#include "support/bookkeeper.hpp"
#include "tests/services/exports_fixture.hpp"
#include "tests/services/focus_rules.hpp"
#include "tests/services/trading_fixture.hpp"

#include <algorithm>
#include <set>

namespace suanpan::services {
namespace {

constexpr Time kEver{4'000'000'000};

std::string all_of(TextSource& source, std::size_t* largest = nullptr) {
    std::string out;
    for (std::string piece = source.next(); !piece.empty(); piece = source.next()) {
        if (largest != nullptr) *largest = std::max(*largest, piece.size());
        out += piece;
    }
    return out;
}

class Exports : public Trading {
 protected:
    void SetUp() override {
        Trading::SetUp();
        loop_ = open();
        trade(*loop_, 600, 20);
    }
    std::int64_t number(const std::string& sql) { return std::stoll(database.query(sql)); }
    static ExportRequest ever(std::optional<OrganisationId> whose) {
        return {whose, std::nullopt, Time(0), kEver};
    }

    const db::Reader reader = db::Reader::of_all(pool);
    std::unique_ptr<CoreLoop> loop_;
};

TEST_F(Exports, BooksThatTheProgramsAccept) {
    std::vector<std::optional<OrganisationId>> sides{std::nullopt, parties.boss};
    sides.insert(sides.end(), parties.buyers.begin(), parties.buyers.end());
    sides.insert(sides.end(), parties.providers.begin(), parties.providers.end());
    for (const auto& side : sides) {
        // From the middle of the day on, and all of it.
        for (const Time from : {Time(0), Time(clock.now().value - 3'600)}) {
            ExportRequest request = ever(side);
            request.from = from;
            const auto hledger = journal_text(reader, "hledger", request);
            const auto beancount = journal_text(reader, "beancount", request);
            const auto complaint = support::complaint_of_hledger(all_of(**hledger));
            const auto other = support::complaint_of_beancount(all_of(**beancount));
            ASSERT_TRUE(complaint && other) << "install hledger and beancount, as ./run test does";
            EXPECT_EQ(*complaint, "");
            EXPECT_EQ(*other, "");
        }
    }
    EXPECT_EQ(journal_text(reader, "odf", ever(std::nullopt)).error().code(), "unknown_word");
}

TEST_F(Exports, EveryEntryOfTheJournalOnce) {
    const auto text = journal_text(reader, "hledger", ever(std::nullopt));
    const std::string journal = all_of(**text);
    std::size_t found = 0;
    for (auto at = journal.find("; entry: "); at != std::string::npos;
         at = journal.find("; entry: ", at + 1))
        ++found;
    EXPECT_EQ(static_cast<std::int64_t>(found), number("SELECT count(*) FROM journal"));
    EXPECT_GT(found, 20U);
}

TEST_F(Exports, PayoutsAreTheAccounts) {
    Money available;
    Money pending;
    for (const CsvRow& row : read_csv(all_of(*payouts_text(reader, std::nullopt)))) {
        Money& sum = row.at("state") == "pending" ? pending : available;
        sum.value += parse_money(row.at("amount"))->value;
    }
    const std::string sum =
        "SELECT coalesce(sum(balance_micro), 0) FROM account_balance"
        " WHERE account = ";
    EXPECT_EQ(available.value, number(sum + "'available'"));
    EXPECT_EQ(pending.value, number(sum + "'pending'"));
    EXPECT_EQ(number("SELECT coalesce(sum(amount_micro), 0) FROM pending_release"
                     " WHERE NOT released"),
              pending.value);
}

// A long lease beside short ones, in pages: each line once, in order, with its own lease.
class ManyLines : public Exports {
 protected:
    void SetUp() override {
        Exports::SetUp();
        const std::string lease = database.query("SELECT id FROM lease ORDER BY id LIMIT 1");
        ASSERT_FALSE(lease.empty());
        add_lease(lease, "00000000-0000-7000-8000-000000000001", 3'000);
        for (int i = 10; i < 40; ++i)
            add_lease(lease, "00000000-0000-7000-8000-0000000000" + std::to_string(i), i);
    }
    // A lease like another one, of so many hours, all of them settled.
    void add_lease(const std::string& like, const std::string& id, int hours) {
        database.execute(
            "CREATE TEMP TABLE one AS TABLE lease; DELETE FROM one WHERE id <> '" + like +
            "'"
            "; UPDATE one SET id = '" +
            id +
            "', start_s = 1800000000, closed = true,"
            " end_s = 1800000000 + 3600 * " +
            std::to_string(hours) +
            "; INSERT INTO lease TABLE one; DROP TABLE one"
            "; INSERT INTO settlement_line SELECT gen_random_uuid(), '" +
            id +
            "',"
            " 1800000000 + 3600 * n, 1803600000 - 3600000 + 3600 * (n + 1), 3600000000, 'CNY',"
            " 1000000 + n, 0, 0, 1000000 + n, 0, 10, 0, 0, 0, 1000010 + n, 1000000 + n,"
            " ARRAY[1000000 + n], ARRAY[provider], ARRAY[1], 1, NULL, NULL, NULL, NULL, 3600000000"
            " FROM lease, generate_series(0, " +
            std::to_string(hours - 1) +
            ") AS n"
            " WHERE id = '" +
            id + "'");
    }
    std::vector<LeaseId> visit(const db::BillingFilter& filter, std::int64_t& lines) {
        LinePages pages(reader, filter);
        std::vector<LeaseId> order;
        Time last;
        const auto see = [&](const db::BilledLease& lease, const db::BilledLine& line) {
            EXPECT_EQ(lease.id, line.row.lease);
            if (order.empty() || order.back() != lease.id)
                order.push_back(lease.id);
            else
                EXPECT_LT(last, line.row.window.start);
            last = line.row.window.start;
            ++lines;
        };
        while (pages.next(see)) {
        }
        return order;
    }
};

TEST_F(ManyLines, ComeOnceAndInOrder) {
    const LogIndex all(std::numeric_limits<std::int64_t>::max());
    std::int64_t lines = 0;
    const auto order = visit({std::nullopt, std::nullopt, Time(0), kEver, all}, lines);
    EXPECT_EQ(lines, number("SELECT count(*) FROM settlement_line"));
    EXPECT_TRUE(std::ranges::is_sorted(order));
    EXPECT_EQ(std::set<LeaseId>(order.begin(), order.end()).size(), order.size());

    const std::string who = database.query("SELECT buyer FROM lease ORDER BY id LIMIT 1");
    OrganisationId buyer;
    buyer.bytes = *from_uuid(who);
    lines = 0;
    visit({buyer, std::nullopt, Time(1'800'360'000), Time(1'803'600'000), all}, lines);
    EXPECT_EQ(lines, number("SELECT count(*) FROM settlement_line t JOIN lease l ON l.id = t.lease"
                            " WHERE (l.buyer = '" +
                            who + "' OR l.provider = '" + who + "' OR '" + who +
                            "' = ANY (t.owners))"
                            " AND t.end_s > 1800360000 AND t.end_s <= 1803600000"));
    EXPECT_GE(lines, 900);
    // What was posted later is not of the same moment.
    lines = 0;
    visit({std::nullopt, std::nullopt, Time(0), kEver, LogIndex(1)}, lines);
    EXPECT_EQ(lines, 0);
    // No order of anybody's is for this project.
    visit({buyer, ProjectId(), Time(0), kEver, all}, lines);
}

TEST_F(ManyLines, MakeAStatementInPieces) {
    const std::string who = database.query("SELECT buyer FROM lease ORDER BY id LIMIT 1");
    StatementRequest request;
    request.organisation.bytes = *from_uuid(who);
    request.from = Time(0);
    request.until = kEver;
    std::size_t largest = 0;
    const auto text = statement_text(reader, read_statement_heading(reader, request),
                                     make_statement_csv(std::nullopt));
    const auto rows = read_csv(all_of(*text, &largest));
    EXPECT_LE(largest, kPieceBytes);
    EXPECT_EQ(static_cast<std::int64_t>(rows.size()),
              number("SELECT count(*) FROM settlement_line t JOIN lease l ON l.id = t.lease"
                     " WHERE l.buyer = '" +
                     who + "' OR l.provider = '" + who + "' OR '" + who + "' = ANY (t.owners)"));
    Int128 pays = 0;
    for (const CsvRow& row : rows)
        pays += row.at("buyer") == to_string(request.organisation)
                    ? parse_money(row.at("buyer_pays"))->value
                    : 0;
    EXPECT_EQ(static_cast<std::int64_t>(pays),
              number("SELECT sum(buyer_pays_micro) FROM settlement_line t JOIN lease l"
                     " ON l.id = t.lease WHERE l.buyer = '" +
                     who + "'"));
    const auto focus = read_csv(all_of(*focus_text(reader, ever(request.organisation))));
    EXPECT_GE(focus.size(), 3'000U);
}

}  // namespace
}  // namespace suanpan::services
