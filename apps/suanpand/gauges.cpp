#include "apps/suanpand/gauges.hpp"

#include "api/streaming/hub.hpp"
#include "api/transport/server.hpp"
#include "api/workers.hpp"
#include "apps/suanpand/webhooks.hpp"
#include "db/pool.hpp"
#include "services/clock.hpp"
#include "services/figures/market_sampler.hpp"
#include "services/publishing/publisher_loop.hpp"
#include "services/trading/core_loop.hpp"
#include "wire/expiry.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>

namespace suanpan::suanpand {

namespace {

void read_core(const services::CoreLoop& core, api::Gauges& out) {
    const services::CoreFigures figures = core.figures();
    out.queue_depth = figures.queue_depth;
    out.commands = figures.commands;
    out.batches = figures.batches;
    out.largest_batch = figures.largest_batch;
    out.rebuilds = figures.rebuilds;
    out.leading = figures.leading;
}

void read_publisher(const services::PublisherLoop& publisher, api::Gauges& out) {
    const services::PublisherStatus status = publisher.status();
    out.log_size = static_cast<std::int64_t>(status.known_size);
    out.published_size = static_cast<std::int64_t>(status.published_size);
    out.publisher_stopped = status.stopped.has_value();
    out.publisher_delayed = status.delayed.has_value();
    const services::Witnesses* witnesses = publisher.witnesses();
    if (witnesses == nullptr) return;
    for (const services::WitnessStatus& witness : witnesses->status()) {
        out.witnesses.push_back(
            {witness.name, witness.failure.empty(), static_cast<std::int64_t>(witness.size)});
    }
}

void read_market(const GaugeSources& sources, api::Gauges& out) {
    auto sample = sources.sampler.last();
    if (!sample) return;
    const auto age = std::chrono::steady_clock::now() - sample->taken;
    out.market_age_s = std::chrono::duration_cast<std::chrono::seconds>(age).count();
    if (sample->figures.oldest_window) {
        out.oldest_window_s = std::max<std::int64_t>(
            0, sources.clock.now().value - sample->figures.oldest_window->value);
    }
    out.market = std::move(sample->figures);
}

}  // namespace

api::Gauges read_gauges(const GaugeSources& sources) {
    api::Gauges out;
    read_core(sources.core, out);
    read_publisher(sources.publisher, out);
    read_market(sources, out);
    sources.webhooks.read(out);
    out.workers_waiting = static_cast<std::int64_t>(sources.workers.waiting());
    out.connections = static_cast<std::int64_t>(sources.server.open_connections());
    out.stream_clients = static_cast<std::int64_t>(sources.streams.clients());
    out.database_connections = static_cast<std::int64_t>(sources.database.open_connections());
    std::error_code error;
    const auto space = std::filesystem::space(sources.data, error);
    if (!error) out.data_free_bytes = static_cast<std::int64_t>(space.available);
    if (sources.tls) {
        out.certificate_expires_s =
            wire::expires(*sources.tls->context()).time_since_epoch().count();
    }
    return out;
}

}  // namespace suanpan::suanpand
