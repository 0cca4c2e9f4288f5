#pragma once

// Figures for Prometheus (operations, "Seeing it").

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace suanpan::api {

// Figures of the moment, asked for when somebody reads the metrics.
struct Gauges {
    std::int64_t queue_depth = 0;
    std::int64_t commands = 0;
    std::int64_t batches = 0;
    std::int64_t largest_batch = 0;
    std::int64_t rebuilds = 0;
    std::int64_t log_size = 0;
    std::int64_t published_size = 0;
    std::int64_t workers_waiting = 0;
    std::int64_t connections = 0;
    std::int64_t stream_clients = 0;
    bool publisher_delayed = false;
    std::int64_t witnesses = 0;
    std::int64_t witnesses_failing = 0;
    bool publisher_stopped = false;
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

    // `route` is the pattern, so that there are few.
    void count_request(std::string_view route, int status, std::chrono::nanoseconds took);
    // Set before the first render().
    void read_gauges_with(std::function<Gauges()> read);
    // The text exposition format.
    [[nodiscard]] std::string render();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::api
