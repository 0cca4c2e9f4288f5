#pragma once

// Figures for Prometheus (operations, "Seeing it"). docs/operator.md lists them all.

#include "db/queries/figures.hpp"
#include "services/iam/networks.hpp"
#include "settlement/lease_meter.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::core {
struct Rows;
}
namespace suanpan::services {
struct CommitFigures;
}

namespace suanpan::api {

struct WitnessGauges {
    std::string name;
    bool answers = false;   // when it was last asked
    std::int64_t size = 0;  // that it cosigned last
};

// Figures of the moment, asked for when somebody reads the metrics.
struct Gauges {
    std::int64_t queue_depth = 0;
    std::int64_t commands = 0;
    std::int64_t batches = 0;
    std::int64_t largest_batch = 0;
    std::int64_t rebuilds = 0;
    bool leading = false;
    std::int64_t log_size = 0;
    std::int64_t published_size = 0;
    std::int64_t workers_waiting = 0;
    std::int64_t connections = 0;
    std::int64_t stream_clients = 0;
    bool publisher_delayed = false;
    bool publisher_stopped = false;
    std::vector<WitnessGauges> witnesses;
    std::int64_t database_connections = 0;
    std::int64_t data_free_bytes = 0;                   // on the disk of the data folder
    std::optional<std::int64_t> certificate_expires_s;  // Unix time; nothing without TLS
    // What was last read from the database, how long ago, and how long the oldest final window
    // has waited since, by the market's clock.
    std::optional<db::MarketFigures> market;
    std::int64_t market_age_s = 0;
    std::int64_t oldest_window_s = 0;
    std::int64_t webhook_delivered = 0;
    std::int64_t webhook_failed = 0;
    std::int64_t webhook_died = 0;
    std::int64_t webhook_waiting = 0;
    std::int64_t webhook_pending = 0;
    std::int64_t webhook_dead = 0;
    std::int64_t webhook_lost = 0;
};

// Thread-safe.
class Metrics {
 public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // `route` is the pattern, so that there are few; its text is kept by reference.
    void count_request(std::string_view route, int status, std::chrono::nanoseconds took);
    // By the market's writer after each commit. Waits for nobody.
    void committed(const core::Rows& changes);
    void measured(const services::CommitFigures& commit);
    // What became of a batch of readings; of an envelope that was not even one.
    void count_readings(const std::vector<settlement::ReadingVerdict>& verdicts);
    void count_refused_envelope(std::string_view code);
    // Both set before the first request.
    void read_gauges_with(std::function<Gauges()> read);
    void allow_from(std::vector<services::Network> networks);
    // What a market does is not everybody's to see, and Prometheus sends no API key.
    [[nodiscard]] bool may_be_read_from(std::string_view address) const;
    // The text exposition format.
    [[nodiscard]] std::string render();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::api
