#include "tests/chaos/injector.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

namespace suanpan::chaos {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLeaderPatience{30'000};
constexpr milliseconds kServicePatience{30'000};
constexpr milliseconds kPointPatience{6'000};
constexpr milliseconds kPause{20};
constexpr std::int64_t kNs = 1'000'000'000;

void sleep_ms(std::int64_t ms) {
    std::this_thread::sleep_for(milliseconds(ms));
}

template <typename Condition>
bool wait_until(milliseconds patience, Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(kPause);
    }
    return true;
}

}  // namespace

Struck Injector::strike(const Fault& fault) {
    Struck struck;
    struck.fault = fault_ = fault;
    mend();  // who was deposed since then is to be back
    since_us_ = monotonic_us();
    switch (fault.kind) {
        case FaultKind::kKillLeader: kill_leader(struck); break;
        case FaultKind::kKillBoth: kill_both(); break;
        case FaultKind::kDieAtPoint: die_at_point(struck); break;
        case FaultKind::kPostgresCrash: break_postgres(struck, false); break;
        case FaultKind::kPostgresKill: break_postgres(struck, true); break;
        case FaultKind::kCutConnections: cut(struck); break;
        case FaultKind::kTerminate: terminate("application_name IS NOT NULL"); break;
        case FaultKind::kStall:
            cluster_.proxy(cluster_.leader()).set_stalled(true);
            sleep_ms(fault.amount);
            cluster_.proxy(cluster_.leader()).set_stalled(false);
            break;
        case FaultKind::kPause: pause(); break;
        case FaultKind::kDepose: depose(struck); break;
        case FaultKind::kWitnessDead:
            witnesses_.at(fault.other_way ? 1 : 0)->set_working(false);
            sleep_ms(fault.amount);
            break;
        case FaultKind::kWitnessLies:
            witnesses_.at(fault.other_way ? 1 : 0)->set_lying(true);
            sleep_ms(fault.amount);
            break;
        case FaultKind::kDiskFull:
            cluster_.world().disk_full = 1;
            sleep_ms(fault.amount);
            break;
        case FaultKind::kSlowDisk:
            cluster_.world().sync_delay_us = 40'000;
            sleep_ms(fault.amount);
            break;
        case FaultKind::kClockBack: cluster_.world().step_ns -= fault.amount * kNs; break;
        case FaultKind::kClockForward: cluster_.world().step_ns += fault.amount * kNs; break;
    }
    mend();
    const std::int64_t since = since_us_;
    if (wait_until(kServicePatience, [&] { return history_.first_answer_after(since) != 0; }))
        struck.back_us = history_.first_answer_after(since) - since;
    return struck;
}

void Injector::mend() {
    for (test::WitnessServer* witness : witnesses_) {
        witness->set_working(true);
        witness->set_lying(false);
    }
    cluster_.world().disk_full = 0;
    cluster_.world().sync_delay_us = 0;
    const bool one = wait_until(kLeaderPatience, [this] {
        for (std::size_t node = 0; node < Cluster::kNodes; ++node) {
            if (!cluster_.is_running(node)) cluster_.start(node);
        }
        return cluster_.find_leader();
    });
    if (!one)
        throw std::runtime_error("not one server leads: " + cluster_.log(0) + cluster_.log(1));
}

// The time without service counts from here.
void Injector::take_over(Struck& struck, std::size_t from) {
    since_us_ = monotonic_us();
    struck.took_over = cluster_.wait_leader(kLeaderPatience, from).has_value();
}

void Injector::kill_leader(Struck& struck) {
    const std::size_t dead = cluster_.leader();
    cluster_.kill(dead);
    take_over(struck, dead);
}

void Injector::kill_both() {
    cluster_.kill(cluster_.leader());
    cluster_.kill(cluster_.standby());
    since_us_ = monotonic_us();
}

// The standby is started so that it will die there, and then has to lead.
void Injector::die_at_point(Struck& struck) {
    const std::size_t doomed = cluster_.standby();
    const std::size_t other = cluster_.leader();
    cluster_.kill(doomed);
    cluster_.start(doomed,
                   {{"SUANPAN_TEST_DIE_AT", fault_.point + ":" + std::to_string(fault_.amount)}});
    sleep_ms(300);  // so that it waits
    cluster_.kill(other);
    const bool died = wait_until(kPointPatience, [&] { return !cluster_.is_running(doomed); });
    cluster_.start(other);
    if (!died) {
        struck.missed = true;
        cluster_.kill(doomed);
    }
    take_over(struck, doomed);
}

void Injector::break_postgres(Struck& struck, bool kill) {
    if (kill)
        postgres_.kill();
    else
        postgres_.crash();
    since_us_ = monotonic_us();
    postgres_.start();
    struck.postgres_us = monotonic_us() - since_us_;
}

void Injector::cut(Struck& struck) {
    PgProxy& proxy = cluster_.proxy(cluster_.leader());
    proxy.cut_after(fault_.amount,
                    fault_.other_way ? PgProxy::Way::kToServer : PgProxy::Way::kToPostgres);
    struck.missed = !wait_until(kPointPatience, [&] { return !proxy.cut_is_due(); });
    since_us_ = monotonic_us();
    if (struck.missed) proxy.cut_now();
}

void Injector::terminate(const std::string& which) {
    Sql sql(cluster_.conninfo());
    sql.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND " +
        which);
    since_us_ = monotonic_us();
}

void Injector::pause() {
    cluster_.signal(cluster_.leader(), SIGSTOP);
    sleep_ms(fault_.amount);
    cluster_.signal(cluster_.leader(), SIGCONT);
}

// A leader that was away for so long that PostgreSQL gave its lock to another: it still has what it
// was sent, and its writer's connection, when it wakes.
void Injector::depose(Struck& struck) {
    const std::size_t old = cluster_.leader();
    cluster_.signal(old, SIGSTOP);
    sleep_ms(150);
    terminate(
        "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))");
    take_over(struck, old);
    const std::int64_t since = since_us_;
    sleep_ms(fault_.amount);
    cluster_.signal(old, SIGCONT);
    // It finds out by itself, and ends.
    if (!wait_until(kLeaderPatience, [&] { return !cluster_.is_running(old); })) {
        history_.add_violation("two servers lead", "the one that was deposed does not end");
        cluster_.kill(old);
    }
    since_us_ = since;
}

}  // namespace suanpan::chaos
