#include "bench/core/start.hpp"

#include "bench/core/world.hpp"
#include "core/market.hpp"
#include "db/native_session.hpp"
#include "db/pool.hpp"
#include "db/sql.hpp"
#include "db/state.hpp"
#include "db/table_trading.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <stdexcept>

namespace suanpan::bench {
namespace {

using Monotonic = std::chrono::steady_clock;

using db::NativeSession;

template <typename R>
void copy_in(NativeSession& session, std::int64_t count,
             const std::function<R(std::int64_t)>& make) {
    constexpr std::int64_t kAtOnce = 20'000;
    const std::string target =
        std::string(db::Table<R>::kName) + " (" + db::column_names(db::columns<R>()) + ")";
    for (std::int64_t from = 0; from < count; from += kAtOnce) {
        db::Tuples rows(db::columns<R>().size());
        for (std::int64_t n = from; n < std::min(count, from + kAtOnce); ++n) {
            const R row = make(n);
            rows.begin_row();
            fields(rows, row);
        }
        session.copy(target, rows);
    }
}

template <typename IdType>
IdType numbered(std::uint8_t kind, std::int64_t number) {
    IdType id;
    std::array<std::uint8_t, 10> bits{kind};
    for (std::size_t i = 0; i < 8; ++i)
        bits[9 - i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (8 * i));
    id.bytes = make_id_bytes(Time(1'800'000'000), bits);
    return id;
}

matching::Profile profile_of(const matching::Profile& like, std::int64_t kind) {
    matching::Profile out = like;
    for (matching::AttributeValue& value : out.values) {
        if (value.attribute == *matching::find_attribute("memory_gib")) value.number = 1 + kind;
    }
    return out;
}

// What a small market lacks: pools of a thousand kinds on sites of their own, and orders on all of
// them, nine tenths sells, the bids with five hundred requirements.
void enlarge(const BenchDatabase& database, std::int64_t open_orders, std::int64_t pools) {
    NativeSession session(database.conninfo());
    const core::Rows small = db::load_state(session);
    const auto like = [&small](Side side) {
        return *std::ranges::find_if(small.orders, [side](const core::OrderRow& order) {
            return order.view.terms.side == side && order.view.filled_lots == 0;
        });
    };
    const core::OrderRow sell = like(Side::kSell);
    const core::OrderRow buy = like(Side::kBuy);
    const core::PoolRow pool = *std::ranges::find_if(small.pools, [&](const core::PoolRow& row) {
        return row.rules.id == sell.view.terms.pool;
    });
    session.begin();
    copy_in<core::SiteRow>(session, pools, [&](std::int64_t n) {
        return core::SiteRow{numbered<SiteId>(1, n), pool.rules.owner, "guizhou", pool.index};
    });
    copy_in<core::PoolRow>(session, pools, [&](std::int64_t n) {
        core::PoolRow row = pool;
        row.rules.id = numbered<PoolId>(2, n);
        row.rules.site = numbered<SiteId>(1, n);
        row.rules.lots = Lots(64);
        row.rules.profile = profile_of(pool.rules.profile, n % 1'000);
        return row;
    });
    copy_in<core::OrderRow>(session, open_orders, [&](std::int64_t n) {
        core::OrderRow row = n % 10 == 0 ? buy : sell;
        matching::OrderTerms& terms = row.view.terms;
        terms.id = numbered<OrderId>(3, n);
        row.view.sequence = 1'000'000'000 + n;
        if (terms.side == Side::kSell) {
            terms.pool = numbered<PoolId>(2, n % pools);
            terms.limit_price = Price(5'000'000 + n % 100'000);
            return row;
        }
        terms.limit_price = Price(1 + n % 100'000);
        matching::Condition condition;
        condition.attribute = *matching::find_attribute("memory_gib");
        condition.number = n % 500;
        terms.requirement.conditions = {condition};
        return row;
    });
    session.execute(
        fmt::format("UPDATE log_head SET next_sequence = {}", 1'000'000'000 + open_orders));
    session.commit();
    database.execute("ANALYZE");
}

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
    enlarge(database, open_orders, pools);
    fmt::print("\nStart with {} open orders and {} pools\n",
               database.query("SELECT count(*) FROM orders WHERE state IN ('open',"
                              " 'partially_filled')"),
               database.query("SELECT count(*) FROM pool"));

    db::Pool pool(database.conninfo());
    auto begin = Monotonic::now();
    db::NativeSession session(pool.conninfo());
    core::Rows rows = db::load_state(session);
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
