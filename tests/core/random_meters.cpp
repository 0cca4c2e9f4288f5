// Of the random day: what meters say, and what becomes of their keys.

#include "random_day.hpp"

#include <algorithm>

namespace suanpan::core {

settlement::Gauges RandomDay::some_gauges() {
    settlement::Gauges out;
    if (!one_in(3)) out.rtt_p99_us = 10'000 * below(5);
    if (!one_in(3)) out.loss_ppm = 500 * below(4);
    return out;
}

Guarantees RandomDay::some_guarantees() {
    using settlement::Quantity;
    Guarantees out;
    out["standard"] = {{Quantity::kRttP99,
                        Ppm(1 + below(kPpm)),
                        {{10'000, Ppm(1 + below(200'000))}, {30'000, Ppm(400'000)}}}};
    if (one_in(2))
        out["standard"].push_back({Quantity::kLoss, Ppm(500'000), {{900, Ppm(700'000)}}});
    if (one_in(2))
        out["standard"].push_back({Quantity::kRate, Ppm(500'000), {{100'000, Ppm(10'000)}}});
    return out;
}

// Readings of an hour each, from the lease's start on, some with a gap before them.
void RandomDay::meter(SmallMarket& day) {
    for (const auto& [id, lease] : leases_) {
        if (!one_in(3)) continue;
        Counter& counter = counters_[id];
        if (!lease.active_from && !one_in(4)) continue;
        if (counter.seq == 0) counter.until = lease.active_from.value_or(lease.terms.window.start);
        const Time from = counter.until;
        const Window window{from, std::min(Time(from.value + 3'600), lease.terms.window.end)};
        if (window.end > day.now || window.start >= window.end) continue;
        const std::uint8_t provider =
            lease.provider == SmallMarket::organisation(2) ? std::uint8_t{2} : std::uint8_t{3};
        const std::int64_t most = lease.terms.lots.value * window.length().value * 1'000'000;
        counter.lot_us += most - below(2) * (most / 5);
        day.run(lease.provider,
                day.reading(provider, id, counter.seq, window, counter.lot_us, some_gauges()));
        meter_others(day, lease, window);
        counter.seq += one_in(6) ? 2 : 1;
        counter.until = window.end;
    }
}

void RandomDay::meter_others(SmallMarket& day, const LeaseRow& lease, const Window& window) {
    const std::int64_t lot_us = lease.terms.lots.value * window.length().value * 1'000'000;
    if (buyer_metered_ && lease.buyer == SmallMarket::organisation(5) && !one_in(8)) {
        day.run(lease.buyer,
                buyer_meter_.reading(lease.id, {window, lot_us - below(2), some_gauges()}));
    }
    if (!probed_) return;
    const std::int64_t ops = lot_us / 1'000'000 * (80'000 + 10'000 * below(5));
    day.run(SmallMarket::organisation(1),
            probe_.reading(lease.id, {window, lot_us, some_gauges(), ops}));
}

void RandomDay::change_meter(SmallMarket& day) {
    if (!buyer_metered_ && one_in(4)) {
        const auto buyer = SmallMarket::organisation(5);
        buyer_metered_ = !day.run(buyer, buyer_meter_.registration(buyer)).refusal;
        return;
    }
    const std::uint8_t provider = either(2, 3);
    const auto owner = SmallMarket::organisation(provider);
    const auto meter = numbered<MeterId>(provider);
    const std::uint8_t key = next_key_++;
    const Duration overlap(one_in(6) ? -1 : 60 * below(600));
    const auto rotated = day.run(owner, RotateMeter{meter, test_key(key).public_key(), overlap});
    if (rotated.refusal) return;
    if (one_in(3)) {
        const SigningKey first(meter_seed(provider));
        day.run(owner, RevokeMeterKey{meter, first.public_key()});
    }
    if (!one_in(3)) day.new_keys[provider] = key;
}

}  // namespace suanpan::core
