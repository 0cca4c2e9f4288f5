#include "services/webhooks/delivery_loop.hpp"

#include "base/random.hpp"
#include "base/thread_name.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <stdexcept>

namespace suanpan::services {

namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::seconds kCountEvery{15};
constexpr std::chrono::minutes kPruneEvery{10};
constexpr std::chrono::seconds kLongestPause{30};
constexpr std::int64_t kEventsAtATime = 500;
constexpr std::int64_t kPrunedAtATime = 10'000;

std::uint32_t draw_chance() {
    std::uint32_t out = 0;
    for (const char byte : random_bytes(sizeof(out)))
        out = out << 8U | static_cast<unsigned char>(byte);
    return out;
}

}  // namespace

DeliveryLoop::DeliveryLoop(db::Pool& database, const WebhookKey& key, WebhookDirectory& directory,
                           const Clock& real_time, std::function<bool()> leads,
                           WebhookNetwork network, Options options)
    : database_(database),
      key_(key),
      directory_(directory),
      real_time_(real_time),
      leads_(std::move(leads)),
      network_(std::move(network)),
      options_(options),
      key_check_(key.check()) {}

DeliveryLoop::~DeliveryLoop() {
    stop();
}

void DeliveryLoop::start() {
    for (std::size_t i = 0; i < options_.senders; ++i)
        threads_.emplace_back([this](const std::stop_token& stop) { send_for_endpoints(stop); });
    threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
}

void DeliveryLoop::wake() {
    {
        const std::scoped_lock lock(mutex_);
        woken_ = true;
    }
    changed_.notify_all();
}

void DeliveryLoop::attend(const WebhookId& endpoint) {
    {
        const std::scoped_lock lock(mutex_);
        paused_.erase(endpoint);
    }
    wake();
}

void DeliveryLoop::stop() {
    for (std::jthread& thread : threads_)
        thread.request_stop();
    threads_.clear();
}

DeliveryFigures DeliveryLoop::figures() const {
    const std::scoped_lock lock(mutex_);
    return figures_;
}

void DeliveryLoop::run(const std::stop_token& stop) {
    name_thread("webhooks");
    while (!stop.stop_requested()) {
        try {
            if (leads_()) turn();
        } catch (const std::exception& failure) {
            spdlog::warn("webhooks wait: {}", failure.what());
            const std::scoped_lock lock(mutex_);
            woken_ = false;  // not at once
        }
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, kLookEvery, [this] { return woken_; });
        woken_ = false;
    }
}

void DeliveryLoop::turn() {
    make_deliveries();
    hand_out(false);
    hand_out(true);
    keep_house();
}

void DeliveryLoop::make_deliveries() {
    std::int64_t made = kEventsAtATime;
    while (made == kEventsAtATime) {
        made = database_.write("make_deliveries", [this](db::Tx& tx) {
            return db::make_deliveries(tx, real_time_.now(), kEventsAtATime);
        });
    }
}

// Of the senders, those that fail get half at most and the others three quarters, so that neither
// kind can keep the other waiting.
void DeliveryLoop::hand_out(bool failing) {
    const std::size_t share = failing ? options_.senders / 2 : options_.senders * 3 / 4;
    db::DueFilter filter;
    {
        const std::scoped_lock lock(mutex_);
        const auto now = Monotonic::now();
        std::erase_if(paused_, [now](const auto& each) { return each.second <= now; });
        for (const auto& [endpoint, until] : paused_)
            filter.busy.push_back(endpoint);
        std::size_t taken = 0;
        for (const auto& [endpoint, busy] : busy_) {
            filter.busy.push_back(endpoint);
            if (busy.failing == failing) ++taken;
        }
        filter.most = static_cast<std::int64_t>(share > taken ? share - taken : 0);
    }
    if (filter.most == 0) return;
    filter.now = real_time_.now();
    filter.key_check = key_check_;
    filter.failing = failing;
    const auto due = database_.read(
        "list_due_endpoints", [&filter](db::Tx& tx) { return db::list_due_endpoints(tx, filter); });
    if (due.empty()) return;
    {
        const std::scoped_lock lock(mutex_);
        for (const WebhookId& endpoint : due) {
            if (busy_.emplace(endpoint, Busy{failing}).second) queue_.push_back(endpoint);
        }
    }
    changed_.notify_all();
}

void DeliveryLoop::keep_house() {
    const auto now = Monotonic::now();
    if (now >= next_count_) {
        next_count_ = now + kCountEvery;
        const auto counts = database_.read("count_all_webhooks", db::count_webhooks);
        const std::scoped_lock lock(mutex_);
        figures_.waiting = counts.waiting;
        figures_.pending = counts.pending;
        figures_.dead = counts.dead;
    }
    if (now < next_prune_) return;
    next_prune_ = now + kPruneEvery;
    const Time before(real_time_.now().value - options_.kept.value);
    database_.write("prune_webhooks", [before](db::Tx& tx) {
        return db::prune_webhooks(tx, before, kPrunedAtATime);
    });
    const auto foreign = database_.read("count_foreign_endpoints", [this](db::Tx& tx) {
        return db::count_foreign_endpoints(tx, key_check_);
    });
    if (foreign > 0) {
        spdlog::error(
            "{} webhooks wait: their secrets are of another key than webhooks.key names; restore "
            "that file, or let their owners rotate their secrets",
            foreign);
    }
}

void DeliveryLoop::send_for_endpoints(const std::stop_token& stop) {
    while (true) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [this] { return !queue_.empty(); });
        if (stop.stop_requested()) return;
        const WebhookId endpoint = queue_.front();
        queue_.pop_front();
        lock.unlock();
        try {
            serve(endpoint, stop);
        } catch (const std::exception& failure) {
            spdlog::warn("webhook {} waits: {}", to_string(endpoint), failure.what());
            pause(endpoint, kLongestPause / 6);
        }
        lock.lock();
        busy_.erase(endpoint);
        lock.unlock();
        wake();
    }
}

void DeliveryLoop::serve(const WebhookId& endpoint, const std::stop_token& stop) {
    const auto due = database_.read("find_due_deliveries", [&](db::Tx& tx) {
        return db::find_due_deliveries(tx, endpoint, real_time_.now(), options_.at_a_time);
    });
    if (!due) return;
    for (const db::DeliveryInfo& info : due->deliveries) {
        if (stop.stop_requested() || !leads_()) return;
        if (!try_one(due->endpoint, info, stop)) return;
    }
}

bool DeliveryLoop::try_one(const db::WebhookRow& endpoint, const db::DeliveryInfo& info,
                           const std::stop_token& stop) {
    const auto outcome = send(endpoint, info, stop);
    if (!outcome) return false;
    const Time now = real_time_.now();
    const auto verdict =
        judge_try(options_.retry, endpoint, info.row, *outcome, now, draw_chance());
    record(verdict);
    if (verdict.state == "delivered") return true;
    const std::int64_t wait = verdict.next_try ? verdict.next_try->value - now.value : 0;
    if (wait > 0) pause(endpoint.id, std::min(std::chrono::seconds(wait), kLongestPause));
    return false;
}

WebhookMessage DeliveryLoop::make_message(const db::WebhookRow& endpoint,
                                          const db::DeliveryInfo& info) const {
    WebhookMessage out;
    auto target = parse_target(endpoint.url, options_.targets);
    if (!target) throw std::runtime_error(target.error().detail());
    out.target = std::move(*target);
    const auto own = out.target.address();
    out.addresses =
        allowed_addresses(own ? std::vector<AddressBytes>{*own} : network_.resolve(out.target.host),
                          options_.targets);
    if (out.addresses.empty())
        throw std::runtime_error("the host's address is not one of the public Internet");
    const Time now = real_time_.now();
    const std::string id = to_string(info.event.id);
    out.body = info.event.payload;
    out.headers = {{"Content-Type", "application/json"},
                   {"User-Agent", "Suanpan-Webhooks/1"},
                   {"webhook-id", id},
                   {"webhook-timestamp", std::to_string(now.value)},
                   {"webhook-signature", key_.signatures(endpoint, id, now, out.body)}};
    return out;
}

std::optional<TryOutcome> DeliveryLoop::send(const db::WebhookRow& endpoint,
                                             const db::DeliveryInfo& info,
                                             const std::stop_token& stop) const {
    TryOutcome outcome;
    try {
        const auto status = network_.send(make_message(endpoint, info), stop);
        if (!status) return std::nullopt;
        outcome.status = *status;
    } catch (const std::exception& failure) {
        outcome.problem = failure.what();
    }
    return outcome;
}

void DeliveryLoop::record(const db::TryRecord& record) {
    database_.write("record_try", [&record](db::Tx& tx) { db::record_try(tx, record); });
    {
        const std::scoped_lock lock(mutex_);
        if (record.state == "delivered") ++figures_.delivered;
        if (record.state != "delivered") ++figures_.failed;
        if (record.state == "dead") ++figures_.died;
    }
    if (record.state == "dead") {
        spdlog::warn("webhook {}: delivery {} is dead: {}", to_string(record.endpoint),
                     to_string(record.delivery), record.problem);
    }
    if (record.disabled_by.empty()) return;
    spdlog::warn("webhook {} is disabled: {}", to_string(record.endpoint), record.disabled_by);
    directory_.reload();
}

void DeliveryLoop::pause(const WebhookId& endpoint, std::chrono::seconds time) {
    const std::scoped_lock lock(mutex_);
    paused_[endpoint] = Monotonic::now() + time;
}

}  // namespace suanpan::services
