#pragma once

#include "api/metrics.hpp"
#include "wire/tls.hpp"

#include <filesystem>
#include <memory>

namespace suanpan::api {
class HttpServer;
class StreamHub;
class Workers;
}  // namespace suanpan::api
namespace suanpan::db {
class Pool;
}
namespace suanpan::services {
class Clock;
class CoreLoop;
class MarketSampler;
class PublisherLoop;
}  // namespace suanpan::services

namespace suanpan::suanpand {

class WebhookSide;

// All parts of a running server that have figures.
struct GaugeSources {
    const db::Pool& database;
    const services::CoreLoop& core;
    const services::Clock& clock;
    const api::Workers& workers;
    const api::StreamHub& streams;
    const services::PublisherLoop& publisher;
    const services::MarketSampler& sampler;
    const WebhookSide& webhooks;
    const api::HttpServer& server;
    std::shared_ptr<wire::ServerTls> tls;  // null: plain HTTP
    std::filesystem::path data;
};

// Waits for no query. Thread-safe.
api::Gauges read_gauges(const GaugeSources& sources);

}  // namespace suanpan::suanpand
