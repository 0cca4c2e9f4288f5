#include "bench/core/start.hpp"

#include "bench/core/world.hpp"
#include "core/market.hpp"
#include "db/pool.hpp"
#include "db/state.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <stdexcept>

namespace suanpan::bench {
namespace {

using Monotonic = std::chrono::steady_clock;

// What a small market lacks: many providers' pools of a thousand kinds, and orders on all of them,
// nine tenths of them sells.
constexpr const char* kPools = R"(
INSERT INTO site (id, organisation, hub, log_index)
    SELECT md5('site' || n)::uuid, o.id, 'guizhou', 0
    FROM generate_series(1, {0}) AS n, (SELECT min(id::text)::uuid AS id FROM organisation
        WHERE roles = '{{provider}}') AS o;
INSERT INTO pool (id, organisation, site, lots, profile, model, rates_mcu, log_index)
    SELECT md5('pool' || n)::uuid, s.organisation, s.id, 64, p.profile, p.model, p.rates_mcu, 0
    FROM generate_series(1, {0}) AS n
    JOIN site AS s ON s.id = md5('site' || n)::uuid,
    LATERAL (SELECT model, rates_mcu, profile || jsonb_build_object('memory_gib', (n % 1000)::text)
        AS profile FROM pool WHERE log_index > 0 ORDER BY id LIMIT 1) AS p;
)";

constexpr const char* kOrders = R"(
CREATE TEMPORARY TABLE pattern AS
    SELECT DISTINCT ON (side) o.* FROM orders AS o WHERE state = 'open' ORDER BY side, id;
UPDATE pattern SET requirement = '{{"memory_gib":{{"at_least":"40"}}}}', limit_price_micro = 1,
    hold_micro = 0 WHERE side = 'buy';
INSERT INTO orders
    SELECT (jsonb_populate_record(p, jsonb_build_object(
        'id', md5('order' || n)::uuid,
        'pool', CASE WHEN p.side = 'sell' THEN md5('pool' || 1 + n % {1})::uuid END,
        'organisation', CASE WHEN p.side = 'sell' THEN s.organisation ELSE p.organisation END,
        'requirement', CASE WHEN p.side = 'buy' THEN
            jsonb_build_object('memory_gib', jsonb_build_object('at_least', (n % 500)::text))
            ELSE '{{}}' END,
        'limit_price_micro', CASE WHEN p.side = 'sell' THEN 5000000 + n % 100000 ELSE 1000000 END,
        'sequence', 1000000 + n))).*
    FROM generate_series(1, {0}) AS n
    JOIN pattern AS p ON p.side = CASE WHEN n % 10 = 0 THEN 'buy' ELSE 'sell' END,
    (SELECT organisation FROM site WHERE id = md5('site1')::uuid) AS s;
UPDATE log_head SET next_sequence = 1000001 + {0};
)";

double seconds_since(Monotonic::time_point begin) {
    return std::chrono::duration<double>(Monotonic::now() - begin).count();
}

std::int64_t resident_mib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

}  // namespace

void run_start(std::int64_t open_orders, std::int64_t pools) {
    const BenchDatabase database("suanpan_bench_start");
    {
        World world(database);
        world.run(0.5, 1);
    }
    database.execute(fmt::format(fmt::runtime(kPools), pools));
    database.execute(fmt::format(fmt::runtime(kOrders), open_orders, pools));
    database.execute("ANALYZE");
    fmt::print("\nStart with {} open orders and {} pools\n",
               database.query("SELECT count(*) FROM orders WHERE state IN ('open',"
                              " 'partially_filled')"),
               database.query("SELECT count(*) FROM pool"));

    db::Pool pool(database.conninfo());
    auto begin = Monotonic::now();
    core::Rows rows = pool.snapshot("load_state", [](db::Tx& tx) { return db::load_state(tx); });
    const double read_s = seconds_since(begin);
    begin = Monotonic::now();
    core::Market market;
    market.load(rows);
    const double load_s = seconds_since(begin);
    begin = Monotonic::now();
    const Hash stored = core::digest(std::move(rows));
    const double digest_s = seconds_since(begin);
    begin = Monotonic::now();
    if (core::digest(market.state()) != stored) throw std::runtime_error("the digests differ");
    fmt::print(
        "  rows read {:.1f} s, market built {:.1f} s, digest of the rows {:.1f} s, of the"
        " market {:.1f} s; {} MiB\n",
        read_s, load_s, digest_s, seconds_since(begin), resident_mib());
    market = core::Market();
    begin = Monotonic::now();
    services::SystemClock clock;
    services::CoreLoop loop(pool, clock, {});
    loop.start();
    fmt::print("  start, as the server does it: {:.1f} s (goal under 20)\n", seconds_since(begin));
    loop.stop();
}

}  // namespace suanpan::bench
