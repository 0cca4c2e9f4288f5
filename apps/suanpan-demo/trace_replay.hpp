#pragma once

// The replay's state: the parties' connections, the tasks' fate, leases on their way.

#include "apps/suanpan-demo/progress.hpp"
#include "apps/suanpan-demo/readings.hpp"
#include "apps/suanpan-demo/stage.hpp"
#include "apps/suanpan-demo/trace_input.hpp"
#include "client/meter.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::demo {

// One hour of the replay.
struct HourFigures {
    std::int64_t entered = 0;
    std::int64_t cleared = 0;
    std::int64_t lots = 0;        // cleared, on the GPU market
    std::int64_t price_lots = 0;  // Σ price × lots, micro-units
    Price highest{0};             // per lot·h
};

struct PoolFigures {
    std::string name;
    Lots lots;
    Price base_price;
    std::int64_t sold_lot_s = 0;                   // within the replay's span
    std::map<std::int64_t, std::int64_t> changes;  // second → lots taken or given back
};

struct TraceFigures {
    std::int64_t entered = 0;
    std::int64_t cleared = 0;
    std::map<std::string, std::map<std::string, std::int64_t>> by_qos;  // class → fate → tasks
    std::map<std::string, std::int64_t> refused;                        // why → tasks
    std::map<std::int64_t, HourFigures> hours;
    std::map<std::string, PoolFigures> pools;  // by id
    std::int64_t leases = 0;
    ReadingCounts readings;
    std::int64_t span_s = 0;  // from the first order to the last
};

class Replay {
 public:
    Replay(Stage& stage, const TraceInput& input, Time start);

    // Organisations, money, pools, offers, the meter.
    void list_capacity();
    // Every task entered at its time; leases begin as the clock reaches them.
    void enter_tasks(Progress& progress);
    // The clock walks on until the last lease has ended and is measured.
    void run_out(Progress& progress);

    [[nodiscard]] const TraceFigures& figures() const { return figures_; }
    [[nodiscard]] const std::string& auditor_key() const { return auditor_key_; }
    [[nodiscard]] std::vector<std::string> buyer_ids() const;
    // Settlement runs so far: one every four weeks.
    [[nodiscard]] const std::vector<Json>& runs() const { return runs_; }

 private:
    struct Tenant {
        std::string id;
        std::unique_ptr<client::Api> api;
    };

    void register_parties();
    void list_pool(const TracePool& pool, const std::string& site);
    void enter_minute(std::size_t begin, std::size_t end, Time now);
    void enter_class(Tenant& tenant, const std::vector<const TraceTask*>& tasks, Time now);
    void note_result(Tenant& tenant, const TraceTask& task, const Json& order, const Json& result);
    void note_fills(const TraceTask& task, const Json& fills);
    std::string why_refused(Tenant& tenant, const Json& order);
    void hand_over(Time now);
    void measure(Time now);
    void send_actions(const Json& actions);

    Stage& stage_;
    const TraceInput& input_;
    Time start_;
    Time last_end_;
    std::map<std::string, Tenant> tenants_;  // by QoS class
    std::unique_ptr<client::Api> provider_;
    std::optional<client::Meter> meter_;
    std::multimap<Time, Json> scheduled_;  // leases by their start
    std::map<std::string, MeteredLease> metered_;
    std::string auditor_key_;
    std::vector<Json> runs_;
    TraceFigures figures_;
};

}  // namespace suanpan::demo
