#pragma once

// Breaks things as planned and waits until the market answers again, without a hand: a server that
// ended is started again, as its supervisor would. Of the main thread.

#include "tests/chaos/cluster.hpp"
#include "tests/chaos/faults.hpp"
#include "tests/chaos/history.hpp"
#include "tests/chaos/sql.hpp"
#include "tests/integration/witness_server.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::chaos {

/// What became of a fault.
struct Struck {
    Fault fault;
    std::optional<std::int64_t> back_us;  // until a request sent after it was answered
    bool took_over = false;               // by the other server
    bool missed = false;                  // the point was not reached, the cut did not come
    std::int64_t postgres_us = 0;         // until PostgreSQL itself was back
};

class Injector {
 public:
    Injector(Cluster& cluster, const Postgres& postgres, History& history,
             std::vector<test::WitnessServer*> witnesses)
        : cluster_(cluster),
          postgres_(postgres),
          history_(history),
          witnesses_(std::move(witnesses)) {}

    Struck strike(const Fault& fault);
    /// Everything is whole again, both servers run, and one of them leads. Throws when they do not.
    void mend();

 private:
    void kill_leader(Struck& struck);
    void kill_both();
    void die_at_point(Struck& struck);
    void break_postgres(Struck& struck, bool kill);
    void cut(Struck& struck);
    void terminate(const std::string& which);
    void pause();
    void depose(Struck& struck);
    void last(std::int64_t ms);
    void take_over(Struck& struck, std::size_t from);

    Cluster& cluster_;
    const Postgres& postgres_;
    History& history_;
    std::vector<test::WitnessServer*> witnesses_;
    Fault fault_;
    std::int64_t since_us_ = 0;  // when it is broken, from where the time without service counts
};

}  // namespace suanpan::chaos
