#include "bench/settlement/settling.hpp"

#include "base/dsse.hpp"
#include "base/json.hpp"
#include "bench/settlement/copied.hpp"
#include "bench/settlement/founding.hpp"
#include "bench/settlement/server.hpp"
#include "bench/settlement/statement.hpp"
#include "client/meter.hpp"
#include "db/native_session.hpp"
#include "db/sql.hpp"
#include "db/state.hpp"
#include "db/table_trading.hpp"
#include "services/settlement/run_loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

namespace suanpan::bench {
namespace {

constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kPairs = 10;  // a tenth of all lines is a statement's

// One lease of every pair, ended, with all its windows final and none settled. The API key of one
// of the providers.
std::string found_leases(const BenchDatabase& database, const SettlingLoad& load) {
    const std::int64_t hour = services::SystemClock().now().value / kHour * kHour;
    const Window window{Time(hour - (load.windows + 2) * kHour), Time(hour - 2 * kHour)};
    Founding founding(database, Time(window.start.value - kHour / 2), kPairs);
    std::vector<LeaseId> leases;
    for (const Pair& pair : founding.pairs())
        leases.push_back(founding.make_leases(pair, window, 1).front());
    founding.clock().set(window.start);
    founding.activate();
    founding.clock().set(Time(window.end.value + kHour / 2));
    for (std::size_t i = 0; i < leases.size(); ++i) {
        const Pair& pair = founding.pairs()[i];
        client::Meter meter(pair.meter, settlement::MeterRole::kProvider, Founding::meter_seed());
        std::vector<client::Measurement> measured;
        for (const Window& part : client::metering_windows(window, Duration(900))) {
            const std::int64_t length = part.length().value * 1'000'000;
            measured.push_back({part, length, length / 2, std::nullopt, {}});
        }
        for (const std::string& envelope : meter.sign(leases[i], measured)) {
            core::SubmitReadings body;
            body.envelope = envelope;
            body.batch = settlement::parse_batch(parse_envelope(envelope)->payload).value();
            founding.run(pair.provider, body);
        }
    }
    return founding.pairs().front().key;
}

LeaseId numbered(std::int64_t number) {
    std::array<std::uint8_t, 10> bits{1};
    for (std::size_t i = 0; i < 8; ++i)
        bits[9 - i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (8 * i));
    LeaseId id;
    id.bytes = make_id_bytes(Time(1'800'000'000), bits);
    return id;
}

template <typename R>
void copy_in(db::NativeSession& session, const std::vector<R>& rows) {
    db::Tuples tuples(db::columns<R>().size());
    for (const R& row : rows) {
        tuples.begin_row();
        fields(tuples, row);
    }
    session.copy(std::string(db::Table<R>::kName) + " (" + db::column_names(db::columns<R>()) + ")",
                 tuples);
}

// As many leases as are wanted, each like one of those there are, with what is held for them.
void multiply(const BenchDatabase& database, std::int64_t leases) {
    db::NativeSession session(database.conninfo());
    const core::Rows small = db::load_state(session);
    std::map<LeaseId, std::vector<core::FinalWindowRow>> windows;
    for (const core::FinalWindowRow& row : small.windows)
        windows[row.window.lease].push_back(row);
    session.begin();
    const std::int64_t more = leases / std::ssize(small.leases) - 1;
    for (std::int64_t copy = 0; copy < more; ++copy) {
        std::vector<core::LeaseRow> made;
        std::vector<core::FinalWindowRow> final_windows;
        for (core::LeaseRow lease : small.leases) {
            const auto& like = windows.at(lease.id);
            lease.id = numbered(copy * std::ssize(small.leases) + std::ssize(made));
            for (core::FinalWindowRow window : like) {
                window.window.lease = lease.id;
                final_windows.push_back(std::move(window));
            }
            made.push_back(std::move(lease));
        }
        copy_in(session, made);
        copy_in(session, final_windows);
    }
    session.execute(fmt::format(
        "UPDATE account_balance SET balance_micro = balance_micro * {} WHERE account = 'held'",
        more + 1));
    session.execute(
        "UPDATE account_balance AS c SET balance_micro = balance_micro -"
        " (SELECT sum(balance_micro) FROM account_balance) WHERE account = 'cash'");
    session.commit();
    database.execute("ANALYZE");
}

struct Settled {
    double seconds = 0;
    std::int64_t before_mib = 0;
    std::int64_t peak_mib = 0;
};

Settled settle_all(const BenchDatabase& database, const SettlingLoad& load) {
    db::Pool pool(database.conninfo());
    const services::SystemClock clock;
    services::CoreLoop core(pool, clock, {});
    core.start();
    OrganisationId boss;
    core.inspect([&boss](const core::Market& market) { boss = market.operator_id(); });
    services::SettlementRuns runs(db::Reader::of_all(pool), core, clock);
    Settled out;
    forget_peak("self");
    out.before_mib = peak_mib("self");
    const auto begin = Monotonic::now();
    const auto run = runs.run(boss, {});
    out.seconds = seconds_since(begin);
    out.peak_mib = peak_mib("self");
    core.stop();
    if (!run) throw std::runtime_error(run.error().detail());
    if (!run->closed || run->leases < load.leases) throw std::runtime_error("not all was settled");
    return out;
}

std::vector<CopiedTable> written_tables(const std::string& size_before) {
    const std::string later = size_before;
    return {{"ledger_entry", "index >= " + later},
            {"settlement_line", ""},
            {"billing_window", ""},
            {"journal", "log_index >= " + later},
            {"pending_release", ""},
            {"lease", ""},
            {"account_balance", ""}};
}

}  // namespace

void measure_settling(const SettlingLoad& load, const std::filesystem::path& folder,
                      Report& report) {
    const BenchDatabase database("suanpan_bench_settling");
    const std::string key = found_leases(database, load);
    multiply(database, load.leases);
    const std::string size = database.query("SELECT next_index FROM log_head");
    const std::string windows = database.query("SELECT count(*) FROM billing_window");
    fmt::print("\nSettling {} final windows of {} leases\n", windows, load.leases);
    const Settled settled = settle_all(database, load);
    const Copied copied = copy_rows(database, written_tables(size), folder);
    const double rate = static_cast<double>(copied.rows) / settled.seconds;
    fmt::print(
        "  {} rows in {:.1f} s, {:.0f}/s; memory before {} MiB, at most {} MiB\n"
        "  \\copy of the same rows {:.1f} s, {:.0f}/s\n",
        copied.rows, settled.seconds, rate, settled.before_mib, settled.peak_mib, copied.seconds,
        copied.rate());
    report.add("settling " + windows + " windows, seconds", fmt::format("{:.1f}", settled.seconds),
               "< 120", settled.seconds < 120);
    report.add("settling / \\copy of the rows it writes",
               fmt::format("{:.2f}", copied.seconds / settled.seconds), ">= 0.25",
               copied.seconds / settled.seconds >= 0.25);
    report.tell("  more memory than before it, at most",
                fmt::format("{} MiB", settled.peak_mib - settled.before_mib));
    measure_statement(database, key, folder, report);
}

}  // namespace suanpan::bench
