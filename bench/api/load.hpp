#pragma once

// HTTP/1.1 from one thread over many kept connections, one request under way on each: the load for
// bench/api. It knows no more of HTTP than the answers need.

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace suanpan::bench {

// What is asked and what is made of the answers. Called by the thread of the load alone.
class Requests {
 public:
    virtual ~Requests() = default;
    // The next request on this connection, head and body; stays until its answer has come.
    virtual std::string_view next(int connection) = 0;
    // Throws when it is not the answer that was wanted.
    virtual void answered(int connection, int status, std::string_view body) = 0;
};

struct LoadPlan {
    std::uint16_t port = 0;  // of this machine
    int connections = 64;
    double seconds = 5;
    std::int64_t requests = std::numeric_limits<std::int64_t>::max();  // at most
    double rate = 0;  // requests a second of all connections, evenly; 0: each as soon as it can
};

struct LoadTimes {
    std::int64_t answers = 0;
    std::int64_t bytes = 0;  // received, heads too
    double seconds = 0;
    double cpu_seconds =
        0;  // of the load itself: near `seconds`, it was the load that was measured
    // Sorted. At a given rate from when the request was due, whether or not it could be sent.
    std::vector<double> latencies_ms;

    [[nodiscard]] double load_share() const { return cpu_seconds / seconds; }
    [[nodiscard]] double rate() const { return static_cast<double>(answers) / seconds; }
    // `part` of 100.
    [[nodiscard]] double percentile(double part) const;
};

// Throws std::runtime_error when a connection is lost or no answer comes for a minute.
LoadTimes run_load(const LoadPlan& plan, Requests& requests);

}  // namespace suanpan::bench
