#pragma once

// A lease that both sides measure, for tests of disputes: the seller's meter is SmallMarket's, the
// buyer's its own.

#include "base/decimal.hpp"
#include "base/dsse.hpp"
#include "delivery.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace suanpan::core {

inline constexpr std::int64_t kHourUs = 3'600'000'000;
inline const OrganisationId kArbiter = SmallMarket::organisation(7);
inline const OrganisationId kPartner = SmallMarket::organisation(3);
inline const SigningKeyId kArbiterKey = numbered<SigningKeyId>(7);
inline const MeterId kBuyerMeter = numbered<MeterId>(4);

inline SigningKey seeded_key(std::uint8_t number) {
    Seed seed{};
    seed.fill(number);
    return SigningKey(seed);
}

inline void register_buyer_meter(SmallMarket& day) {
    day.run(
        kBuyer,
        RegisterMeter{
            kBuyerMeter, kBuyer, settlement::MeterRole::kBuyer, seeded_key(4).public_key(), {}});
}

inline void register_arbiter(SmallMarket& day) {
    day.run(kBoss, RegisterOrganisation{kArbiter, {Role::kArbiter}});
    day.run(kBoss, RegisterArbiterKey{kArbiterKey, kArbiter, seeded_key(7).public_key()});
}

inline RuleDispute ruling(const DisputeId& dispute, const settlement::Delivered& delivered,
                          std::uint8_t signer = 7) {
    RuleDispute out;
    out.ruling = {dispute, kArbiterKey, delivered};
    out.envelope = envelope_json(make_envelope(settlement::kRulingPayloadType,
                                               settlement::make_ruling(out.ruling), "arbiter",
                                               seeded_key(signer)));
    return out;
}

// What the buyer's meter counted, reading by reading.
class BuyerMeter {
 public:
    SubmitReadings reading(const LeaseId& lease, std::int64_t seq, Window window,
                           std::int64_t lot_us) {
        settlement::Reading reading;
        reading.seq = seq;
        reading.window = window;
        reading.counters.lot_us = lot_us;
        reading.counters.busy_us = lot_us / 2;
        if (seq > 0) reading.prev = last_[lease];
        last_[lease] = settlement::reading_hash(lease, kBuyerMeter, reading);
        const settlement::ReadingBatch batch{
            lease, kBuyerMeter, settlement::MeterRole::kBuyer, {reading}};
        const std::string payload = settlement::make_batch(batch);
        SubmitReadings out;
        out.envelope = envelope_json(
            make_envelope(settlement::kReadingsPayloadType, payload, "meter", seeded_key(4)));
        out.batch = *settlement::parse_batch(payload);
        return out;
    }

 private:
    std::map<LeaseId, Hash> last_;
};

// Two lots at 10 a lot·h from hour 1 to 2, handed over; one hour's readings of both sides. Fees are
// 1 % of the buyer and 2 % of the provider.
class DisputedHour {
 public:
    // With a partner the pool is owned half and half.
    explicit DisputedHour(std::int64_t provider_us = 2 * kHourUs,
                          std::int64_t buyer_us = 2 * kHourUs, bool with_partner = false) {
        if (with_partner) share_pool();
        register_buyer_meter(day);
        register_arbiter(day);
        lease = trade(day, 2, 1, 2);
        hand_over(day, lease.id);
        measure(provider_us, buyer_us);
    }

    void share_pool() {
        const PoolId pool = numbered<PoolId>(2);
        const auto proposed = day.run(
            kSeller,
            ProposeTitle{pool, kStart, {{kSeller, Ppm(kPpm / 2)}, {kPartner, Ppm(kPpm / 2)}}});
        day.run(kPartner, ConfirmTitle{pool, proposed.index});
    }
    void measure(std::int64_t provider_us, std::int64_t buyer_us) {
        day.now = SmallMarket::hours(2, 3).start;
        day.run(kSeller, day.reading(2, lease.id, 0, window, provider_us));
        const auto outcome = day.run(kBuyer, meter.reading(lease.id, 0, window, buyer_us));
        if (outcome.dispute) dispute = outcome.dispute->dispute.id;
    }
    CommandOutcome open(settlement::DisputeParty by, std::int64_t lot_us) {
        settlement::DisputeClaim claim;
        claim.by = by;
        claim.reason = settlement::DisputeReason::kWrongMeter;
        claim.delivered = {lot_us, Ppm(0)};
        const bool buyer = by == settlement::DisputeParty::kBuyer;
        const auto outcome =
            day.run(buyer ? kBuyer : kSeller, OpenDispute{lease.id, window.start, claim});
        if (!outcome.refusal) dispute = outcome.dispute->dispute.id;
        return outcome;
    }
    CommandOutcome rule(std::int64_t lot_us) {
        return day.run(kArbiter, ruling(dispute, {lot_us, Ppm(0)}));
    }
    CommandOutcome offer(settlement::DisputeParty by, std::int64_t lot_us) {
        const bool buyer = by == settlement::DisputeParty::kBuyer;
        return day.run(buyer ? kBuyer : kSeller, OfferSettlement{dispute, by, {lot_us, Ppm(0)}});
    }
    void pass_days(std::int64_t days) {
        day.now = Time(day.now.value + days * kDay);
        day.run(kBoss, Tick{});
    }
    [[nodiscard]] std::string balance(std::uint8_t who, settlement::AccountKind kind) const {
        return to_string(day.balance(who, kind));
    }

    SmallMarket day;
    BuyerMeter meter;
    LeaseRow lease;
    DisputeId dispute;
    Window window = SmallMarket::hours(1, 2);
};

}  // namespace suanpan::core
