#pragma once

// What Prometheus clients tell of their process, under the names that its dashboards know.

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace suanpan::api {

class ProcessFigures {
 public:
    explicit ProcessFigures(prometheus::Registry& registry);

    // From /proc; what cannot be read stays as it was. One thread at a time.
    void set();

 private:
    prometheus::Gauge& cpu_seconds_;
    prometheus::Gauge& resident_bytes_;
    prometheus::Gauge& open_files_;
    prometheus::Gauge& max_files_;
    prometheus::Gauge& started_;
};

}  // namespace suanpan::api
