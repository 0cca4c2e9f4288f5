#pragma once

// Sends what is to be told (api "Streams"): at least once, signed, again and again with growing
// pauses, and for an endpoint one after the other in the order of the log, as long as none fails.
// One thread makes deliveries of events and finds what is due; some others send, each for one
// endpoint at a time, so that a slow one holds up nobody but itself. What was sent and not
// recorded, as when the process is killed, is sent again.

#include "db/pool.hpp"
#include "services/clock.hpp"
#include "services/webhooks/directory.hpp"
#include "services/webhooks/schedule.hpp"
#include "services/webhooks/signature.hpp"
#include "services/webhooks/target.hpp"
#include "services/webhooks/verdict.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace suanpan::services {

// One request, ready to be sent.
struct WebhookMessage {
    Target target;
    std::vector<AddressBytes> addresses;  // of the target's host, checked; to no other
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

// The world outside. Called by several threads at once.
struct WebhookNetwork {
    // All addresses of a name. Throws std::runtime_error with a sentence.
    std::function<std::vector<AddressBytes>(const std::string& host)> resolve;
    // POSTs it, follows no redirect, and reads little of the answer. Gives the status; throws
    // std::runtime_error with a sentence; nothing when it was told to stop.
    std::function<std::optional<int>(const WebhookMessage& message, const std::stop_token& stop)>
        send;
};

struct DeliveryFigures {
    std::int64_t delivered = 0;  // tries since the start, by what came of them
    std::int64_t failed = 0;
    std::int64_t died = 0;
    std::int64_t waiting = 0;  // events behind the cursor, as counted some seconds ago
    std::int64_t pending = 0;  // deliveries
    std::int64_t dead = 0;
};

class DeliveryLoop {
 public:
    struct Options {
        RetryRules retry;
        TargetRules targets;
        std::size_t senders = 8;      // at least 4
        std::int64_t at_a_time = 20;  // deliveries of one endpoint, before others have a turn
        Duration kept{30 * 86'400};   // what is delivered or dead
    };
    // `leads`: this server still does. All of these outlive it.
    DeliveryLoop(db::Pool& database, const WebhookKey& key, WebhookDirectory& directory,
                 const Clock& real_time, std::function<bool()> leads, WebhookNetwork network,
                 Options options);
    ~DeliveryLoop();  // stops
    DeliveryLoop(const DeliveryLoop&) = delete;
    DeliveryLoop& operator=(const DeliveryLoop&) = delete;

    void start();
    // There is something new. Thread-safe, and cheap before start() and after stop() too.
    void wake();
    // The endpoint is tried at once, though it failed a moment ago. Thread-safe.
    void attend(const WebhookId& endpoint);
    // Ends what is under way and waits for it; what was cut off is sent again by the next start.
    void stop();

    [[nodiscard]] DeliveryFigures figures() const;

 private:
    using Monotonic = std::chrono::steady_clock;
    struct Busy {
        bool failing = false;
    };

    void run(const std::stop_token& stop);
    void turn();
    void make_deliveries();
    void hand_out(bool failing);
    void keep_house();
    void send_for_endpoints(const std::stop_token& stop);
    void serve(const WebhookId& endpoint, const std::stop_token& stop);
    // True: the next one may follow.
    bool try_one(const db::WebhookRow& endpoint, const db::DeliveryInfo& info,
                 const std::stop_token& stop);
    [[nodiscard]] std::optional<TryOutcome> send(const db::WebhookRow& endpoint,
                                                 const db::DeliveryInfo& info,
                                                 const std::stop_token& stop) const;
    [[nodiscard]] WebhookMessage make_message(const db::WebhookRow& endpoint,
                                              const db::DeliveryInfo& info) const;
    void record(const db::TryRecord& record);
    void pause(const WebhookId& endpoint, std::chrono::seconds time);

    db::Pool& database_;
    const WebhookKey& key_;
    WebhookDirectory& directory_;
    const Clock& real_time_;
    std::function<bool()> leads_;
    WebhookNetwork network_;
    Options options_;
    Hash key_check_;

    mutable std::mutex mutex_;  // of all that follows
    std::condition_variable_any changed_;
    bool woken_ = false;
    std::map<WebhookId, Busy> busy_;
    std::map<WebhookId, Monotonic::time_point> paused_;
    std::deque<WebhookId> queue_;  // of those busy, who has no sender yet
    DeliveryFigures figures_;

    Monotonic::time_point next_count_{};  // the loop's own
    Monotonic::time_point next_prune_{};
    std::vector<std::jthread> threads_;  // last: they use the others
};

}  // namespace suanpan::services
