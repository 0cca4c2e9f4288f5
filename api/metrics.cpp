#include "api/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <utility>

namespace suanpan::api {

namespace {

prometheus::Histogram::BucketBoundaries latency_bounds() {
    return {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};
}

struct GaugeInfo {
    const char* name;
    const char* help;
    std::int64_t (*value)(const Gauges&);
};

const GaugeInfo kGauges[] = {
    {"suanpan_core_queue_depth", "Commands waiting for the market core",
     [](const Gauges& g) { return g.queue_depth; }},
    {"suanpan_core_commands", "Commands applied since the start",
     [](const Gauges& g) { return g.commands; }},
    {"suanpan_core_batches", "Commits since the start", [](const Gauges& g) { return g.batches; }},
    {"suanpan_core_largest_batch", "Most commands in one commit",
     [](const Gauges& g) { return g.largest_batch; }},
    {"suanpan_core_rebuilds", "Times that memory was rebuilt from the database",
     [](const Gauges& g) { return g.rebuilds; }},
    {"suanpan_log_size", "Entries in the log", [](const Gauges& g) { return g.log_size; }},
    {"suanpan_log_published_size", "Entries under the last published checkpoint",
     [](const Gauges& g) { return g.published_size; }},
    {"suanpan_log_publish_lag", "Entries that are not published yet",
     [](const Gauges& g) { return g.log_size - g.published_size; }},
    {"suanpan_publisher_stopped", "1 when the publisher has stopped and needs a person",
     [](const Gauges& g) { return std::int64_t{g.publisher_stopped ? 1 : 0}; }},
    {"suanpan_publisher_delayed", "1 while publishing waits and is tried again",
     [](const Gauges& g) { return std::int64_t{g.publisher_delayed ? 1 : 0}; }},
    {"suanpan_witnesses", "Witnesses of the policy", [](const Gauges& g) { return g.witnesses; }},
    {"suanpan_witnesses_failing", "Witnesses that did not cosign when last asked",
     [](const Gauges& g) { return g.witnesses_failing; }},
    {"suanpan_http_workers_waiting", "Requests waiting for a thread",
     [](const Gauges& g) { return g.workers_waiting; }},
    {"suanpan_http_connections", "Open connections", [](const Gauges& g) { return g.connections; }},
    {"suanpan_stream_clients", "Clients of /v1/stream",
     [](const Gauges& g) { return g.stream_clients; }},
    {"suanpan_webhook_delivered", "Webhook deliveries that succeeded since the start",
     [](const Gauges& g) { return g.webhook_delivered; }},
    {"suanpan_webhook_failed", "Tries of webhook deliveries that failed since the start",
     [](const Gauges& g) { return g.webhook_failed; }},
    {"suanpan_webhook_died", "Webhook deliveries given up since the start",
     [](const Gauges& g) { return g.webhook_died; }},
    {"suanpan_webhook_lag", "Events of which no webhook deliveries were made yet",
     [](const Gauges& g) { return g.webhook_waiting; }},
    {"suanpan_webhook_pending", "Webhook deliveries that wait for a try",
     [](const Gauges& g) { return g.webhook_pending; }},
    {"suanpan_webhook_dead_letters", "Webhook deliveries given up and kept",
     [](const Gauges& g) { return g.webhook_dead; }},
    {"suanpan_webhook_lost", "Commits since the start of which no webhook could be told",
     [](const Gauges& g) { return g.webhook_lost; }},
};

}  // namespace

struct Metrics::Impl {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                            .Name("suanpan_http_requests_total")
                                                            .Help("Requests answered")
                                                            .Register(registry);
    prometheus::Family<prometheus::Histogram>& latencies =
        prometheus::BuildHistogram()
            .Name("suanpan_http_request_seconds")
            .Help("From the request's last byte to its answer")
            .Register(registry);
    std::map<std::string, prometheus::Gauge*> gauges;
    std::function<Gauges()> read;
    // Looking a metric up by its labels costs more than the rest of a request's counting.
    std::mutex mutex;
    std::map<std::pair<std::string, int>, prometheus::Counter*> counters;
    std::map<std::string, prometheus::Histogram*, std::less<>> histograms;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {
    for (const GaugeInfo& info : kGauges) {
        auto& family =
            prometheus::BuildGauge().Name(info.name).Help(info.help).Register(impl_->registry);
        impl_->gauges[info.name] = &family.Add({});
    }
}

Metrics::~Metrics() = default;

void Metrics::count_request(std::string_view route, int status, std::chrono::nanoseconds took) {
    const std::string name(route);
    prometheus::Counter* counter = nullptr;
    prometheus::Histogram* histogram = nullptr;
    {
        const std::lock_guard lock(impl_->mutex);
        auto& counter_slot = impl_->counters[{name, status}];
        if (counter_slot == nullptr) {
            counter_slot =
                &impl_->requests.Add({{"route", name}, {"status", std::to_string(status)}});
        }
        auto& histogram_slot = impl_->histograms[name];
        if (histogram_slot == nullptr)
            histogram_slot = &impl_->latencies.Add({{"route", name}}, latency_bounds());
        counter = counter_slot;
        histogram = histogram_slot;
    }
    counter->Increment();
    histogram->Observe(std::chrono::duration<double>(took).count());
}

void Metrics::read_gauges_with(std::function<Gauges()> read) {
    impl_->read = std::move(read);
}

std::string Metrics::render() {
    if (impl_->read) {
        const Gauges now = impl_->read();
        for (const GaugeInfo& info : kGauges)
            impl_->gauges[info.name]->Set(static_cast<double>(info.value(now)));
    }
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace suanpan::api
