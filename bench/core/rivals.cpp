#include "bench/core/rivals.hpp"

#include <fmt/format.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace suanpan::bench {
namespace {

using Monotonic = std::chrono::steady_clock;

double seconds_since(Monotonic::time_point begin) {
    return std::chrono::duration<double>(Monotonic::now() - begin).count();
}

// Rows come as they are; the lock of the coordinator row lasts from the first statement to the end,
// since the log's indices are given out under it.
constexpr const char* kFunction = R"(
CREATE FUNCTION place_order(entries ledger_entry[], placed orders[], texts order_text[],
    keys idempotency[], trades trade[], leases lease[], postings journal[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    size bigint;
BEGIN
    UPDATE log_head SET next_index = next_index + cardinality(entries),
        next_sequence = next_sequence + 1 RETURNING next_index INTO size;
    INSERT INTO ledger_entry SELECT (e).* FROM unnest(entries) AS e;
    INSERT INTO orders SELECT (o).* FROM unnest(placed) AS o
        ON CONFLICT (id) DO UPDATE SET rest = excluded.rest, state = excluded.state,
            filled_lots = excluded.filled_lots, rest_steps = excluded.rest_steps,
            end_reason = excluded.end_reason, hold_micro = excluded.hold_micro,
            bound_site = excluded.bound_site;
    INSERT INTO order_text SELECT (x).* FROM unnest(texts) AS x;
    INSERT INTO idempotency SELECT (k).* FROM unnest(keys) AS k;
    INSERT INTO trade SELECT (t).* FROM unnest(trades) AS t;
    INSERT INTO lease SELECT (l).* FROM unnest(leases) AS l;
    INSERT INTO journal SELECT (j).* FROM unnest(postings) AS j;
    INSERT INTO account_balance AS b
        SELECT p.organisation, p.currency, p.account, sum(p.amount) + 1000000000000000
        FROM unnest(postings) AS j,
            unnest((j).organisations, (j).currencies, (j).accounts, (j).amounts_micro)
                AS p (organisation, currency, account, amount)
        GROUP BY 1, 2, 3
        ON CONFLICT (organisation, currency, account)
        DO UPDATE SET balance_micro = b.balance_micro + excluded.balance_micro - 1000000000000000;
    RETURN size;
END
$$;
)";

// One row an order: what its command wrote, as arrays of rows in their text form. A trade also
// writes the order that was there before.
constexpr const char* kCalls = R"(
WITH command AS (
    SELECT o.id, e.cause, o.log_index FROM orders o JOIN ledger_entry e ON e.index = o.log_index
    ORDER BY o.log_index LIMIT {}),
taken AS (
    SELECT t.taker AS id, array_agg(t) AS trades, array_agg(l) AS leases,
        array_agg(DISTINCT m) AS makers
    FROM trade t JOIN lease l ON l.id = t.lease JOIN orders m ON m.id = t.maker
    GROUP BY t.taker)
SELECT
    (SELECT array_agg(e) FROM ledger_entry e WHERE e.cause = c.cause)::text,
    ((SELECT array_agg(o) FROM orders o WHERE o.id = c.id) || coalesce(t.makers, '{{}}'))::text,
    (SELECT array_agg(x) FROM order_text x WHERE x.order_id = c.id)::text,
    (SELECT array_agg(k) FROM order_text x JOIN idempotency k ON k.organisation = x.organisation
        AND k.route = 'POST /v1/orders' AND k.key = x.client_order_id
        WHERE x.order_id = c.id)::text,
    coalesce(t.trades::text, '{{}}'),
    coalesce(t.leases::text, '{{}}'),
    coalesce((SELECT array_agg(j) FROM journal j WHERE j.log_index = c.log_index)::text, '{{}}')
FROM command c LEFT JOIN taken t ON t.id = c.id)";
constexpr int kArguments = 7;

}  // namespace

const std::vector<std::string>& order_tables() {
    static const std::vector<std::string> kTables{"ledger_entry", "orders",         "order_text",
                                                  "idempotency",  "trade",          "lease",
                                                  "journal",      "account_balance"};
    return kTables;
}

Written measure_written(const BenchDatabase& ours) {
    Written out;
    out.orders = std::stoll(ours.query("SELECT count(*) FROM orders"));
    for (const std::string& table : order_tables()) {
        out.rows += std::stoll(ours.query("SELECT count(*) FROM " + table));
        out.row_bytes += std::stoll(ours.query(
            fmt::format("SELECT coalesce(sum(pg_column_size(t)), 0) FROM {} AS t", table)));
        out.table_bytes +=
            std::stoll(ours.query(fmt::format("SELECT pg_total_relation_size('{}')", table)));
    }
    return out;
}

RivalResult run_function(const BenchDatabase& ours, const BenchDatabase& target, double seconds) {
    constexpr int kMostOrders = 20'000;
    target.execute(kFunction);
    ours.execute("ANALYZE");
    pqxx::connection source(ours.conninfo());
    const pqxx::result calls =
        pqxx::nontransaction(source).exec(fmt::format(fmt::runtime(kCalls), kMostOrders));
    std::vector<std::unique_ptr<pqxx::connection>> connections;
    for (int i = 0; i < kSubmitters; ++i) {
        connections.push_back(std::make_unique<pqxx::connection>(target.conninfo()));
        connections.back()->prepare(
            "place",
            "SELECT place_order($1::ledger_entry[], $2::orders[], $3::order_text[],"
            " $4::idempotency[], $5::trade[], $6::lease[], $7::journal[])");
    }
    std::atomic<std::size_t> next = 0;
    std::atomic<std::int64_t> done = 0;
    const auto begin = Monotonic::now();
    std::vector<std::thread> threads;
    for (auto& connection : connections) {
        threads.emplace_back([&] {
            pqxx::nontransaction session(*connection);
            while (seconds_since(begin) < seconds) {
                const std::size_t at = next++;
                if (at >= calls.size()) return;
                std::vector<const char*> arguments;
                for (int i = 0; i < kArguments; ++i)
                    arguments.push_back(calls[at][i].c_str());
                session.exec_prepared("place", pqxx::prepare::make_dynamic_params(arguments));
                ++done;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    return {done, seconds_since(begin)};
}

RivalResult run_copy(const BenchDatabase& ours, const BenchDatabase& target,
                     const std::string& folder) {
    const auto script = [&](const std::string& name, const std::string& direction) {
        std::ofstream out(folder + "/" + name);
        for (const std::string& table : order_tables())
            out << "\\copy " << table << " " << direction << " '" << folder << "/" << table
                << "'\n";
    };
    const auto run = [&](const BenchDatabase& database, const std::string& name) {
        const std::string command = fmt::format("psql -X -q -v ON_ERROR_STOP=1 -f '{}/{}' '{}'",
                                                folder, name, database.conninfo());
        // The rival is this program and no other.
        if (std::system(command.c_str()) != 0)  // NOLINT(cert-env33-c)
            throw std::runtime_error("psql failed");
    };
    script("export", "TO");
    script("import", "FROM");
    run(ours, "export");
    const auto begin = Monotonic::now();
    run(target, "import");
    return {std::stoll(target.query("SELECT count(*) FROM orders")), seconds_since(begin)};
}

namespace {

enum class TimedFrom : std::uint8_t { kSent, kDue };

LoadResult paced_commits(const BenchDatabase& database, const char* statement, double seconds,
                         double rate, TimedFrom from) {
    pqxx::connection connection(database.conninfo());
    connection.prepare("empty", statement);
    pqxx::nontransaction session(connection);
    const std::chrono::duration<double> pace(1 / rate);
    const auto start = Monotonic::now();
    LoadResult out;
    for (auto at = std::chrono::duration<double>(0); at.count() < seconds; at += pace) {
        const auto due = std::chrono::time_point_cast<Monotonic::duration>(start + at);
        std::this_thread::sleep_until(due);
        const auto begin = from == TimedFrom::kDue ? due : Monotonic::now();
        session.exec_prepared("empty");
        out.latencies_ms.push_back(seconds_since(begin) * 1'000);
    }
    out.seconds = seconds_since(start);
    out.orders = static_cast<std::int64_t>(out.latencies_ms.size());
    std::ranges::sort(out.latencies_ms);
    return out;
}

}  // namespace

LoadResult empty_commits(const BenchDatabase& database, double seconds, double rate) {
    return paced_commits(database, "UPDATE log_head SET next_index = next_index", seconds, rate,
                         TimedFrom::kSent);
}

LoadResult commits_beside(const BenchDatabase& database, double seconds, double rate) {
    return paced_commits(database, "SELECT pg_logical_emit_message(true, 'bench', '')", seconds,
                         rate, TimedFrom::kDue);
}

}  // namespace suanpan::bench
