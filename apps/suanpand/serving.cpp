#include "apps/suanpand/serving.hpp"

#include "api/books.hpp"
#include "api/call.hpp"
#include "api/dispatcher.hpp"
#include "api/gate.hpp"
#include "api/indicative_calls.hpp"
#include "api/metrics.hpp"
#include "api/routes.hpp"
#include "api/streaming/hub.hpp"
#include "api/transport/server.hpp"
#include "api/workers.hpp"
#include "apps/suanpand/files.hpp"
#include "apps/suanpand/front.hpp"
#include "apps/suanpand/gauges.hpp"
#include "apps/suanpand/identity.hpp"
#include "apps/suanpand/webhooks.hpp"
#include "ledger/note.hpp"
#include "services/clock.hpp"
#include "services/figures/market_sampler.hpp"
#include "services/iam/authenticator.hpp"
#include "services/iam/expire_loop.hpp"
#include "services/iam/idempotent_writes.hpp"
#include "services/market_data/market_data_loop.hpp"
#include "services/publishing/publisher.hpp"
#include "services/publishing/publisher_loop.hpp"
#include "services/sandbox/sandbox_clock.hpp"
#include "services/trading/core_loop.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

namespace suanpan::suanpand {

namespace {

constexpr std::chrono::seconds kSampleEvery{15};

// Until a signal, or until another server has taken over: then this one must not go on answering
// from a memory that is no longer the market's. False when it was taken over. `market_runs`: false
// when this server never took the market. A database that turns out to have been set back stops the
// market alone: what was published is still served, and why it stands.
bool wait_for_end(const sigset_t& signals, services::CoreLoop& core, bool market_runs,
                  const PublisherNews& news) {
    constexpr timespec kLookAgain{1, 0};
    while (true) {
        const int signal = sigtimedwait(&signals, nullptr, &kLookAgain);
        if (signal > 0) {
            spdlog::info("stopping: signal {}", signal);
            return true;
        }
        if (market_runs && news.set_back) {
            spdlog::critical("the market stops: the database was set back, and would fork the log");
            core.stop();
            market_runs = false;
        }
        if (market_runs && !core.figures().leading) {
            spdlog::critical("stopping: another server leads this database now");
            return false;
        }
    }
}

// So much at once as in two seconds.
api::RateLimit burst_of(std::int64_t per_second) {
    return {per_second, 2 * per_second};
}

// Ask, wait, end. The market stops while what its answers go to is still there.
void wind_down(const RunningMarket& market, api::HttpServer& server) {
    // Who waits for publishing is answered now.
    market.publisher_loop.release_waiters();
    market.streams.say_goodbye();
    server.stop();
    market.streams.stop();
    market.workers.stop();
    market.webhooks.stop();
    market.core.stop();
}

// Nobody is answered any more when what answers goes.
class Answering {
 public:
    Answering(Front& front, api::Handler handler) : front_(front) {
        front_.serve_with(std::move(handler));
    }
    ~Answering() { front_.close(); }
    Answering(const Answering&) = delete;
    Answering& operator=(const Answering&) = delete;

 private:
    Front& front_;
};

}  // namespace

bool serve(const Config& config, const sigset_t& signals, const RunningMarket& market,
           Front& front) {
    const services::SystemClock real_time;
    const auto tokens = make_token_verifier(config, real_time);
    if (tokens) tokens->warm_up();
    services::Authenticator authenticator(market.database, market.clock, tokens.get());
    services::IdempotentWrites writes(market.database, market.clock);
    const services::ExpireLoop expire_loop(market.database, market.clock);
    const services::MarketSampler sampler(market.database, kSampleEvery);
    std::optional<services::MarketDataLoop> market_data;
    if (market.runs) {
        market_data.emplace(market.database, [&streams = market.streams](const auto& series) {
            streams.fixed(series);
        });
    }
    api::IndicativeCalls indicative;
    api::Gate gate(config.cors_origins, burst_of(config.key_per_second),
                   burst_of(config.address_per_second), config.streams_per_address);
    api::Context context{api::Database(market.database),
                         market.core,
                         market.clock,
                         authenticator,
                         writes,
                         market.workers,
                         market.metrics,
                         gate,
                         indicative,
                         market.streams,
                         market.books,
                         market.webhooks.services(),
                         market.sandbox_clock,
                         &market.publisher.tiles(),
                         &market.publisher_loop,
                         ledger::to_string(market.publisher.verifier_key())};
    const api::Dispatcher dispatcher(context, api::routes());
    front.open();
    const GaugeSources sources{market.database, market.core,     market.clock,
                               market.workers,  market.streams,  market.publisher_loop,
                               sampler,         market.webhooks, front.server(),
                               front.tls(),     config.data};
    market.metrics.allow_from(config.metrics_from);
    market.metrics.read_gauges_with([&sources] { return read_gauges(sources); });
    const Answering answering(front, [&](api::Request request, api::Reply reply) {
        if (config.trust_forwarded) api::take_forwarded(request);
        dispatcher.dispatch(std::move(request), std::move(reply));
    });
    std::cout << "listening on " << front.url() << std::endl;
    if (!config.port_file.empty())
        write_public_file(config.port_file, std::to_string(front.server().port()) + "\n");

    if (market.runs)
        market.webhooks.start([&core = market.core] { return core.figures().leading; });

    const bool led_to_the_end = wait_for_end(signals, market.core, market.runs, market.news);

    wind_down(market, front.server());
    return led_to_the_end;
}

}  // namespace suanpan::suanpand
