// Rows in binary form: what goes in by COPY, by few statements or by the text form comes out the
// same by either way of reading.
#include "db/native_session.hpp"

#include "base/json.hpp"
#include "db/batch.hpp"
#include "db/pool.hpp"
#include "db/sql.hpp"
#include "db/state.hpp"
#include "db/table_trading.hpp"
#include "tests/db/fixture.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pqxx/except>

#include <limits>

namespace suanpan::db {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

template <typename IdType>
IdType numbered(std::uint8_t number) {
    IdType id;
    id.bytes.fill(number);
    return id;
}

core::OrderRow some_order(std::uint8_t number) {
    core::OrderRow row;
    matching::OrderTerms& terms = row.view.terms;
    terms.id = numbered<OrderId>(number);
    terms.organisation = numbered<OrganisationId>(200);
    terms.market = {"AI-FP16", "CNY"};
    terms.side = number % 2 == 0 ? Side::kSell : Side::kBuy;
    terms.quantity = kMost;
    terms.limit_price = Price(kMost);
    terms.window = {Time(-5), Time(kMost)};
    row.view.sequence = number;
    row.view.filled_lots = number;
    row.index = LogIndex(number);
    if (terms.side == Side::kSell) {
        terms.pool = numbered<PoolId>(number);
        terms.counterparties = {numbered<OrganisationId>(1), numbered<OrganisationId>(2)};
        row.view.rest_steps = {{Time(-1), Lots(3)}, {Time(9), Lots(0)}};
        return row;
    }
    terms.duration = Duration(60);
    terms.expires_at = Time(7);
    terms.requirement = *matching::parse_requirement(
        *parse_json(R"({"firm":true,"software":{"all_of":["cuda","算盘 \"x\""]}})"));
    row.view.bound_site = numbered<SiteId>(9);
    row.view.rest = 12;
    return row;
}

template <typename R>
Tuples tuples_of(const std::vector<R>& rows) {
    Tuples out(columns<R>().size());
    for (const R& row : rows) {
        out.begin_row();
        fields(out, row);
    }
    return out;
}

std::string target() {
    return "orders (" + column_names(columns<core::OrderRow>()) + ")";
}

RowsStatement insert_into_orders() {
    const auto& all = columns<core::OrderRow>();
    return {"add_orders", insert_rows_statement("orders", "", all), "orders", all};
}

class NativeSessionTest : public MigratedDatabase {
 protected:
    std::vector<core::OrderRow> orders_by_text() {
        return pool.read("orders", [](Tx& tx) { return load_state(tx).orders; });
    }
    std::vector<core::OrderRow> orders_by_copy() {
        NativeSession session(pool.conninfo());
        return load_state(session).orders;
    }
};

TEST_F(NativeSessionTest, EveryWayOfWritingAndReadingGivesTheSameRows) {
    std::vector<core::OrderRow> rows;
    for (std::uint8_t i = 1; i <= 30; ++i)
        rows.push_back(some_order(i));
    const std::vector<core::OrderRow> copied(rows.begin(), rows.begin() + 10);
    const std::vector<core::OrderRow> few(rows.begin() + 10, rows.begin() + 20);
    const std::vector<core::OrderRow> texts(rows.begin() + 20, rows.end());
    NativeSession session(pool.conninfo());
    session.begin();
    session.copy(target(), tuples_of(copied));
    session.execute(insert_into_orders(), tuples_of(few));
    session.commit();
    pool.write("texts", [&](Tx& tx) { write_rows(tx, texts); });
    EXPECT_EQ(orders_by_text(), rows);
    EXPECT_EQ(orders_by_copy(), rows);
}

TEST_F(NativeSessionTest, ManyRowsReplaceThoseOfTheirKeyAsFewDo) {
    for (const int count : {3, 120}) {
        Batch batch;
        batch.epoch = std::stoll(database.query("SELECT epoch FROM log_head"));
        for (int i = 1; i <= count; ++i)
            batch.changes.orders.push_back(some_order(static_cast<std::uint8_t>(i)));
        batch.expected = LogIndex(100);  // the orders are older than the batch
        database.execute("UPDATE log_head SET next_index = 100");
        batch.changes.head.size = LogIndex(100);
        NativeSession session(pool.conninfo());
        write_batch(session, batch, {});
        for (core::OrderRow& row : batch.changes.orders)
            row.hold = Money(count);
        write_batch(session, batch, {});
        EXPECT_EQ(orders_by_copy(), batch.changes.orders);
    }
}

TEST_F(NativeSessionTest, ABatchOfAnotherLeadersTimeIsNotCommitted) {
    Batch batch;
    batch.changes.orders.push_back(some_order(1));
    batch.expected = LogIndex(1);
    batch.changes.head.size = LogIndex(2);
    NativeSession other_size(pool.conninfo());
    EXPECT_THROW(write_batch(other_size, batch, {}), LostLeadership);
    batch.expected = LogIndex(0);
    batch.epoch = 7;
    NativeSession other_epoch(pool.conninfo());
    EXPECT_THROW(write_batch(other_epoch, batch, {}), LostLeadership);
    EXPECT_TRUE(orders_by_text().empty());
}

// Whatever a table gets later: what is not written has its default, and what is gone is not missed.
TEST_F(NativeSessionTest, RowsAreWrittenByTheNamesOfTheirColumns) {
    database.execute("ALTER TABLE orders ADD COLUMN gone bigint");
    database.execute("ALTER TABLE orders DROP COLUMN gone");
    database.execute("ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT 'none'");
    const std::vector<core::OrderRow> rows{some_order(1), some_order(2)};
    NativeSession session(pool.conninfo());
    session.begin();
    session.execute(insert_into_orders(), tuples_of(rows));
    session.commit();
    EXPECT_EQ(orders_by_text(), rows);
    EXPECT_EQ(database.query("SELECT min(note) FROM orders"), "none");
    database.execute("ALTER TABLE orders RENAME COLUMN billing TO billed");
    NativeSession later(pool.conninfo());
    later.begin();
    EXPECT_THROW(later.execute(insert_into_orders(), tuples_of(rows)), BadRow);
}

TEST_F(NativeSessionTest, SaysWhatPostgresqlRefusedAndWhenItIsGone) {
    const std::vector<core::OrderRow> one{some_order(1)};
    NativeSession twice(pool.conninfo());
    twice.begin();
    twice.copy(target(), tuples_of(one));
    try {
        twice.copy(target(), tuples_of(one));
        FAIL() << "the same key twice";
    } catch (const pqxx::sql_error& problem) {
        EXPECT_EQ(problem.sqlstate(), "23505");
    }
    NativeSession cut(pool.conninfo());
    cut.begin();
    cut.finish();
    database.execute("SELECT pg_terminate_backend(" + std::to_string(cut.backend()) + ", 5000)");
    EXPECT_THROW(cut.copy(target(), tuples_of(one)), pqxx::broken_connection);
    NativeSession unknown(pool.conninfo());
    unknown.begin();
    unknown.finish();
    database.execute("SELECT pg_terminate_backend(" + std::to_string(unknown.backend()) +
                     ", 5000)");
    EXPECT_THROW(unknown.commit(), pqxx::in_doubt_error);
    EXPECT_THROW(NativeSession("host=/nowhere"), pqxx::broken_connection);
}

TEST_F(NativeSessionTest, RefusesBrokenRows) {
    TupleReader reader;
    std::int64_t number = 0;
    std::string text;
    reader.begin_row(std::string_view("\0\0\0\x08\0\0", 6));
    EXPECT_THROW(reader("n", number), BadRow);
    reader.begin_row(std::string_view("\0\0", 2));
    EXPECT_THROW(reader("n", number), BadRow);
    reader.begin_row(std::string_view("\0\0\0\1x", 5));
    EXPECT_THROW(reader("n", number), BadRow);
    reader.begin_row(std::string_view("\xff\xff\xff\xff", 4));
    EXPECT_THROW(reader("t", text), BadRow);
}

}  // namespace
}  // namespace suanpan::db
