#pragma once

// The market's part of the figures. Inside api/metrics*.cpp only.

#include "api/metrics.hpp"
#include "api/metrics_families.hpp"

#include <cstdint>
#include <vector>

namespace suanpan::api {

class MarketMetrics {
 public:
    explicit MarketMetrics(prometheus::Registry& registry);

    // Thread-safe, these.
    void committed(const core::Rows& changes);
    void measured(const services::CommitFigures& commit);
    void count_readings(const std::vector<settlement::ReadingVerdict>& verdicts);
    void count_refused_envelope(std::string_view code);

    // One thread at a time.
    void set(const Gauges& now);

 private:
    void set_figures(const db::MarketFigures& figures);

    prometheus::Histogram& batch_commands_;
    prometheus::Histogram& commit_seconds_;
    Counters trades_;
    Counters traded_lots_;
    prometheus::Counter& readings_stored_;
    prometheus::Counter& gaps_;
    prometheus::Counter& lines_;
    Counters verdicts_;
    Counters refused_envelopes_;
    LabelledGauges witness_answers_;
    LabelledGauges witness_size_;
    LabelledGauges open_orders_;
    LabelledGauges open_leases_;
    LabelledGauges open_disputes_;
    LabelledGauges account_sums_;
    prometheus::Family<prometheus::Gauge>& certificate_;
};

}  // namespace suanpan::api
