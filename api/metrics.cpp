#include "api/metrics.hpp"

#include "api/metrics_families.hpp"
#include "api/metrics_market.hpp"
#include "api/process_figures.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
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

// Of the market's figures, zero before they were first read.
template <auto Member>
std::int64_t market(const Gauges& gauges) {
    return gauges.market ? static_cast<std::int64_t>((*gauges.market).*Member) : 0;
}

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
    {"suanpan_core_leading", "1 while this server runs the market",
     [](const Gauges& g) { return std::int64_t{g.leading ? 1 : 0}; }},
    {"suanpan_log_size", "Entries in the log", [](const Gauges& g) { return g.log_size; }},
    {"suanpan_log_published_size", "Entries under the last published checkpoint",
     [](const Gauges& g) { return g.published_size; }},
    {"suanpan_log_publish_lag", "Entries that are not published yet",
     [](const Gauges& g) { return g.log_size - g.published_size; }},
    {"suanpan_publisher_stopped", "1 when the publisher has stopped and needs a person",
     [](const Gauges& g) { return std::int64_t{g.publisher_stopped ? 1 : 0}; }},
    {"suanpan_publisher_delayed", "1 while publishing waits and is tried again",
     [](const Gauges& g) { return std::int64_t{g.publisher_delayed ? 1 : 0}; }},
    {"suanpan_witnesses", "Witnesses of the policy",
     [](const Gauges& g) { return static_cast<std::int64_t>(g.witnesses.size()); }},
    {"suanpan_witnesses_failing", "Witnesses that did not cosign when last asked",
     [](const Gauges& g) {
         return static_cast<std::int64_t>(
             std::ranges::count(g.witnesses, false, &WitnessGauges::answers));
     }},
    {"suanpan_http_workers_waiting", "Requests waiting for a thread",
     [](const Gauges& g) { return g.workers_waiting; }},
    {"suanpan_http_connections", "Open connections", [](const Gauges& g) { return g.connections; }},
    {"suanpan_stream_clients", "Clients of /v1/stream",
     [](const Gauges& g) { return g.stream_clients; }},
    {"suanpan_database_connections", "Open connections for reads",
     [](const Gauges& g) { return g.database_connections; }},
    {"suanpan_data_free_bytes", "Free on the disk of the data folder",
     [](const Gauges& g) { return g.data_free_bytes; }},
    {"suanpan_figures_age_seconds",
     "Since the figures below were read from the database; -1: never",
     [](const Gauges& g) { return g.market ? g.market_age_s : -1; }},
    {"suanpan_settlement_waiting_windows", "Final billing windows that no run has settled",
     market<&db::MarketFigures::waiting_windows>},
    {"suanpan_settlement_waiting_estimated", "Of them, those whose delivery was estimated",
     market<&db::MarketFigures::waiting_estimated>},
    {"suanpan_settlement_oldest_window_seconds", "How long the first of them has waited",
     [](const Gauges& g) { return g.oldest_window_s; }},
    {"suanpan_settlement_run_open", "1 while a settlement run has begun and not ended",
     market<&db::MarketFigures::run_open>},
    {"suanpan_settlement_run_to_index", "The end of the range of the last run",
     [](const Gauges& g) { return g.market ? g.market->run_to.value : 0; }},
    {"suanpan_settlement_run_leases", "Leases that the last run has settled so far",
     market<&db::MarketFigures::run_leases>},
    {"suanpan_accounts_below_zero", "Accounts below zero that never may be",
     market<&db::MarketFigures::accounts_below_zero>},
    {"suanpan_operator_requests_waiting", "Requests that wait for a second person",
     market<&db::MarketFigures::waiting_requests>},
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

struct RouteFigures {
    prometheus::Counter* answers = nullptr;
    prometheus::Histogram* latency = nullptr;
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
    MarketMetrics market{registry};
    ProcessFigures process{registry};
    std::function<Gauges()> read;
    std::vector<services::Network> readers;
    std::mutex rendering;                                             // one at a time
    std::mutex mutex;                                                 // of the routes' figures
    std::map<std::pair<std::string_view, int>, RouteFigures> routes;  // patterns live for ever

    RouteFigures figures_of(std::string_view route, int status);
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
    const RouteFigures figures = impl_->figures_of(route, status);
    figures.answers->Increment();
    figures.latency->Observe(std::chrono::duration<double>(took).count());
}

// A family is asked only once for each: that costs more than counting.
RouteFigures Metrics::Impl::figures_of(std::string_view route, int status) {
    const std::scoped_lock lock(mutex);
    RouteFigures& figures = routes[{route, status}];
    if (figures.answers != nullptr) return figures;
    const std::string name(route);
    figures.latency = &latencies.Add({{"route", name}}, latency_bounds());
    figures.answers = &requests.Add({{"route", name}, {"status", std::to_string(status)}});
    return figures;
}

void Metrics::committed(const core::Rows& changes) {
    impl_->market.committed(changes);
}

void Metrics::measured(const services::CommitFigures& commit) {
    impl_->market.measured(commit);
}

void Metrics::count_readings(const std::vector<settlement::ReadingVerdict>& verdicts) {
    impl_->market.count_readings(verdicts);
}

void Metrics::count_refused_envelope(std::string_view code) {
    impl_->market.count_refused_envelope(code);
}

void Metrics::read_gauges_with(std::function<Gauges()> read) {
    impl_->read = std::move(read);
}

void Metrics::allow_from(std::vector<services::Network> networks) {
    impl_->readers = std::move(networks);
}

bool Metrics::may_be_read_from(std::string_view address) const {
    return std::ranges::any_of(impl_->readers, [&](const services::Network& network) {
        return network.contains(address);
    });
}

std::string Metrics::render() {
    const std::scoped_lock lock(impl_->rendering);
    if (impl_->read) {
        const Gauges now = impl_->read();
        for (const GaugeInfo& info : kGauges)
            impl_->gauges[info.name]->Set(static_cast<double>(info.value(now)));
        impl_->market.set(now);
    }
    impl_->process.set();
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace suanpan::api
