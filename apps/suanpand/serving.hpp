#pragma once

// A server from the moment when its market runs: answers requests until it is told to end, or has
// to.

#include "apps/suanpand/config.hpp"

#include <atomic>
#include <csignal>

namespace suanpan::api {
class Books;
class Metrics;
class StreamHub;
class Workers;
}  // namespace suanpan::api

namespace suanpan::db {
class Pool;
}

namespace suanpan::services {
class Clock;
class CoreLoop;
class Publisher;
class PublisherLoop;
class SandboxClock;
}  // namespace suanpan::services

namespace suanpan::suanpand {

class Front;
class WebhookSide;

// What the publisher tells the thread that serves.
struct PublisherNews {
    std::atomic<bool> set_back = false;  // the database: the market must not go on
};

// What requests work with, once the market runs.
struct RunningMarket {
    db::Pool& database;
    services::CoreLoop& core;
    const services::Clock& clock;
    services::SandboxClock* sandbox_clock;
    api::Workers& workers;
    api::StreamHub& streams;
    api::Books& books;
    api::Metrics& metrics;
    WebhookSide& webhooks;
    services::Publisher& publisher;
    services::PublisherLoop& publisher_loop;
    const PublisherNews& news;
    bool runs = true;  // false: the database was set back, and must not grow before it is restored
};

// Answers requests at `front` until a signal comes, or until another server has taken over: false
// then. It is closed afterwards. REQUIRES that `signals` are blocked.
bool serve(const Config& config, const sigset_t& signals, const RunningMarket& market,
           Front& front);

}  // namespace suanpan::suanpand
