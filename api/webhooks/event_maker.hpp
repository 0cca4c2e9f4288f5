#pragma once

// What a commit means to those who want to be told (api "Streams"): events of an organisation's own
// things, each as a read of the thing shows it to that organisation. They are written with the
// commit itself, so that none is lost and none tells of what did not happen. Many changes of one
// thing in one commit are one event, of how it stands afterwards. An order's client_order_id, which
// the market does not know, is added when the event is read.

#include "base/json.hpp"
#include "core/rows.hpp"
#include "services/clock.hpp"
#include "services/trading/outbox.hpp"
#include "services/webhooks/directory.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

namespace suanpan::api {

class EventMaker : public services::Outbox {
 public:
    using FindWishes = std::function<std::shared_ptr<const services::WebhookWishes>()>;
    // `wishes`: of this moment. `real_time`: of the records, not of what they tell; outlives this.
    // `told` is called when events are durable, by the market's threads: it must not block.
    EventMaker(FindWishes wishes, const services::Clock& real_time, std::function<void()> told)
        : wishes_(std::move(wishes)), real_time_(real_time), told_(std::move(told)) {}

    void loaded(const core::Rows& state) noexcept override;
    void add_events(db::Batch& batch) noexcept override;
    void committed() noexcept override;

    // Batches of which nobody could be told, since the start.
    [[nodiscard]] std::int64_t failures() const { return failures_; }

 private:
    // How a lease or a dispute was told last: its row changes more often than what it says of
    // itself.
    struct Known {
        std::unordered_map<LeaseId, int, IdHash> leases;
        std::unordered_map<DisputeId, int, IdHash> disputes;
    };
    class Batch;

    void learn(const core::Rows& rows, Known& known) const;

    FindWishes wishes_;
    const services::Clock& real_time_;
    std::function<void()> told_;
    Known known_;
    Known next_;  // once the batch under way is durable
    bool tells_ = false;
    std::atomic<std::int64_t> failures_{0};
};

}  // namespace suanpan::api
