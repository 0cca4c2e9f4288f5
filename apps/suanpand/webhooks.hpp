#pragma once

// Webhooks as this server runs them: what there is to be told, and the network that it goes over.

#include "api/metrics.hpp"
#include "api/webhooks/event_maker.hpp"
#include "apps/suanpand/config.hpp"
#include "db/pool.hpp"
#include "services/clock.hpp"
#include "services/webhooks/webhooks.hpp"

#include <functional>

namespace suanpan::suanpand {

class WebhookSide {
 public:
    // Reads or makes the key, and reads who wants to be told. Throws std::runtime_error when the
    // key cannot be used.
    explicit WebhookSide(const Config& config);

    // Of the market's commits.
    [[nodiscard]] services::Outbox& outbox() { return maker_; }
    [[nodiscard]] services::Webhooks& services() { return services_; }
    // Sends from now on, as long as this server leads.
    void start(std::function<bool()> leads);
    void stop() { loop_.stop(); }
    void read(api::Gauges& gauges) const;

 private:
    services::SystemClock real_time_;  // a sandbox's clock stands still
    db::Pool database_;                // of its own, so that requests never wait for it
    services::WebhookKey key_;
    services::WebhookDirectory directory_;
    std::function<bool()> leads_;
    services::DeliveryLoop loop_;
    api::EventMaker maker_;
    services::Webhooks services_;
};

}  // namespace suanpan::suanpand
