#include "apps/suanpan-meter/agent.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <utility>

namespace suanpan::meter {
namespace {

// Between questions for the time of a lease that runs.
constexpr std::int64_t kAskUs = 60'000'000;
// Before it runs, and at the least.
constexpr std::int64_t kAskSoonUs = 5'000'000;
// A sample right after a boundary is worth more than one right before it.
constexpr std::int64_t kAfterBoundaryUs = 2'000;

MakerRules rules_of(const Config& config, const LeaseConfig& lease) {
    return {lease.lots, config.window, config.sample.value * kMicro,
            config.count_unwatched.value * kMicro};
}

std::int64_t next_multiple(std::int64_t value, std::int64_t grid) {
    return (value / grid + 1) * grid;
}

}  // namespace

Agent::Agent(const Config& config, const std::vector<SigningKey>& keys, Clock& clock,
             SpoolFolder& spools, const MakeSources& make_sources, Backoff backoff, Say say)
    : config_(config),
      clock_(clock),
      spools_(spools),
      sender_(config.meter, keys),
      link_(config.server, config.api_key_file),
      backoff_(std::move(backoff)),
      say_(std::move(say)) {
    for (const LeaseConfig& lease : config.leases) {
        ChainSpool& spool = spools.open({lease.id, config.meter, config.role});
        if (!spool.damaged().empty()) {
            say_("warning", "a damaged spool was put aside as " + spool.damaged().string() +
                                "; its chain goes on in a new epoch");
        }
        leases_.push_back(
            {lease,
             ReadingMaker(lease.id, config.meter, rules_of(config, lease), spool.content().state),
             &spool, make_sources(lease)});
    }
    spools.open_all(config.meter, config.role);
}

std::int64_t Agent::step_us() {
    const Moment now = clock_.now();
    if (now.awake_us >= next_sample_us_) {
        sample_all(now);
        const Moment after = clock_.now();
        next_sample_us_ = next_sample_us(after);
        next_send_us_ = after.awake_us;
    }
    const std::int64_t send_us = std::max(next_send_us_, network_from_us_);
    const Moment ready = clock_.now();
    if (ready.awake_us < send_us) return std::min(next_sample_us_, send_us) - ready.awake_us;
    deliver(ready);
    const std::int64_t next = std::min(next_sample_us_, std::max(next_send_us_, network_from_us_));
    return std::max(next - clock_.now().awake_us, std::int64_t{0});
}

std::int64_t Agent::next_sample_us(const Moment& now) const {
    const std::int64_t boundary = next_multiple(now.wall_us, config_.window.value * kMicro);
    const std::int64_t usual = config_.sample.value * kMicro;
    return now.awake_us + std::min(usual, boundary - now.wall_us + kAfterBoundaryUs);
}

void Agent::sample_all(const Moment& now) {
    for (Metered& lease : leases_) {
        const auto& window = lease.config.window;
        const std::int64_t soon = now.wall_us / kMicro + config_.window.value;
        const bool early = window && soon < window->start.value;
        if (lease.maker.done() || lease.over || early) {
            if (must_ask(lease, now) && !early) ask_time(lease, now);
            continue;
        }
        sample(lease);
    }
}

void Agent::sample(Metered& lease) {
    Sample sample;
    sample.moment = clock_.now();
    for (const auto& source : lease.sources)
        source->read(sample);
    if (const auto error = read_clock_error()) sample.gauges.clock_error_us = error->max_error_us;
    note("devices of " + to_string(lease.config.id), sample.problem);
    if (must_ask(lease, sample.moment)) ask_time(lease, sample.moment);
    feed(lease, sample);
    const bool doubts = lease.maker.doubts_clock();
    note("clock at " + to_string(lease.config.id),
         doubts ? "it jumped ahead; readings wait until it has run on for ten minutes" : "");
}

// Now and then, and before a window is cut: the lease may have ended in it.
bool Agent::must_ask(const Metered& lease, const Moment& now) const {
    if (lease.over || now.awake_us < network_from_us_) return false;
    if (now.awake_us >= lease.next_ask_us) return true;
    const std::int64_t step = config_.window.value * kMicro;
    const bool other_window = now.wall_us / step != lease.asked_at_us / step;
    return other_window && lease.next_ask_us - now.awake_us < kAskUs - kAskSoonUs;
}

void Agent::ask_time(Metered& lease, const Moment& now) {
    const std::string heading = "lease " + to_string(lease.config.id);
    const auto time = read_lease_time(link_, lease.config.id);
    lease.asked_at_us = now.wall_us;
    lease.next_ask_us = now.awake_us + (lease.maker.state().active ? kAskUs : kAskSoonUs);
    if (time) {
        note(heading, time->active || time->over ? "" : "is " + time->state + ", not active yet");
        learn(lease, *time);
        return;
    }
    note(heading, time.error().error.detail());
    if (time.error().may_pass()) pause_network(time.error().retry_after_ms);
}

void Agent::learn(Metered& lease, const LeaseTime& time) {
    lease.over = time.over && (!time.active || lease.maker.done());
    if (!time.active) return;
    Window active = *time.active;
    if (const auto& window = lease.config.window) {
        active.start = std::clamp(window->start, active.start, active.end);
        active.end = std::clamp(window->end, active.start, active.end);
    }
    if (lease.maker.state().active == active) return;
    lease.maker.set_active(active);
    say_("info", to_string(lease.config.id) + " is active from " + to_string(active.start) +
                     " to " + to_string(active.end));
    (void)lease.spool->put({}, lease.maker.state());
}

void Agent::feed(Metered& lease, const Sample& sample) {
    auto fed = feed_some(lease, &sample);
    while (fed && *fed == kMostInRecord)
        fed = feed_some(lease, nullptr);
    if (!fed) lease.maker.add(sample, 0);
    note("spool of " + to_string(lease.config.id),
         fed ? "" : fed.error().detail() + "; no reading is made until it works, counters go on");
}

// A reading is on disk before the maker counts as having made it. Gives how many there were.
Result<std::size_t> Agent::feed_some(Metered& lease, const Sample* sample) {
    if (!spools_.has_room()) {
        return fail("disk",
                    "the spool is full: raise spool_mb, or mend what keeps readings from "
                    "being taken (suanpan-meter status)");
    }
    ReadingMaker next = lease.maker;
    const auto readings =
        sample != nullptr ? next.add(*sample, kMostInRecord) : next.take(kMostInRecord);
    // Devices that went or came must not be forgotten with a restart.
    const auto& last = next.state().last;
    const bool turned = last && last->there_ppm != lease.there_ppm;
    if (!readings.empty() || turned) {
        if (auto written = lease.spool->put(readings, next.state()); !written)
            return fail(written.error());
    }
    if (turned) lease.there_ppm = last->there_ppm;
    lease.maker = std::move(next);
    return readings.size();
}

void Agent::deliver(const Moment& now) {
    const Delivery delivery = sender_.send(link_, spools_.chains(), now);
    for (const ReadingAnswer& refused : delivery.refused) {
        say_("warning", "reading " + std::to_string(refused.key.first) + "/" +
                            std::to_string(refused.key.second) + " was refused: " + refused.code +
                            ": " + refused.detail);
    }
    for (const LeaseId& id : delivery.taken_ids) {
        for (Metered& lease : leases_) {
            if (lease.config.id == id) lease.maker.begin_epoch();
        }
    }
    switch (delivery.kind) {
        case Delivery::Kind::kNothing: next_send_us_ = next_sample_us_; return;
        case Delivery::Kind::kAnswered: backoff_.reset(); break;
        case Delivery::Kind::kFailed: pause_network(delivery.retry_after_ms); break;
    }
    note("sending", delivery.problem);
}

// From now on: a server that hangs has taken its time already.
void Agent::pause_network(std::int64_t asked_ms) {
    network_from_us_ = clock_.now().awake_us + backoff_.next_ms(asked_ms) * 1'000;
}

void Agent::stop() {
    for (Metered& lease : leases_) {
        if (lease.maker.state().active) (void)lease.spool->put({}, lease.maker.state());
    }
}

std::int64_t Agent::waiting() const {
    std::int64_t sum = 0;
    for (const auto& chain : spools_.chains())
        sum += static_cast<std::int64_t>(chain->content().waiting.size());
    return sum;
}

void Agent::note(const std::string& heading, const std::string& text) {
    std::string& before = noted_[heading];
    if (before == text) return;
    if (text.empty())
        say_("info", heading + ": all well again");
    else
        say_("warning", heading + ": " + text);
    before = text;
}

}  // namespace suanpan::meter
