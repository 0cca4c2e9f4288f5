#pragma once

// A day of random commands by everybody, sensible and not: every kind of command and every field of
// an order.

#include "any_meter.hpp"

#include <map>
#include <random>
#include <vector>

namespace suanpan::core {

class RandomDay {
 public:
    explicit RandomDay(std::uint64_t seed) : random_(seed) {}

    void run(SmallMarket& day, int commands);

 private:
    std::int64_t below(std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
    }
    bool one_in(std::int64_t n) { return below(n) == 0; }
    std::uint8_t either(std::uint8_t a, std::uint8_t b) { return one_in(2) ? a : b; }
    template <typename T>
    const T& any_of(const std::vector<T>& values) {
        return values.at(static_cast<std::size_t>(below(static_cast<std::int64_t>(values.size()))));
    }

    Window some_hours(const SmallMarket& day);
    void common_options(const SmallMarket& day, matching::OrderTerms& terms);
    void step(SmallMarket& day);
    void sell(SmallMarket& day);
    void buy(SmallMarket& day);
    void at_market(SmallMarket& day);
    void cancel(SmallMarket& day);
    void cancel_many(SmallMarket& day);
    void replace(SmallMarket& day);
    void advance(SmallMarket& day);
    void release(SmallMarket& day);
    void meter(SmallMarket& day);
    void meter_others(SmallMarket& day, const LeaseRow& lease, const Window& window);
    void change_meter(SmallMarket& day);
    settlement::Gauges some_gauges();
    Guarantees some_guarantees();
    void pass_time(SmallMarket& day);
    void block(SmallMarket& day);
    void attest(SmallMarket& day);
    void title(SmallMarket& day);
    void propose_title(SmallMarket& day);
    void control(SmallMarket& day);
    void call(SmallMarket& day);
    void limit(SmallMarket& day);
    void schedule(SmallMarket& day);
    void discount(SmallMarket& day);
    void voucher(SmallMarket& day);
    void open_programme(SmallMarket& day);
    void describe(SmallMarket& day);
    void dispute(SmallMarket& day);
    void project(SmallMarket& day);
    void open_projects(SmallMarket& day);
    void open_project(SmallMarket& day, std::uint8_t who);
    ProjectId any_project(const OrganisationId& organisation);
    void remember(const CommandOutcome& outcome);

    struct Counter {
        std::int64_t seq = 0;
        std::int64_t lot_us = 0;
        Time until;
    };

    std::mt19937_64 random_;
    std::vector<OrderId> orders_;
    std::map<LeaseId, LeaseRow> leases_;
    std::map<LeaseId, Counter> counters_;
    std::vector<std::pair<std::uint8_t, LogIndex>> blocks_;
    std::vector<Window> calls_;
    std::vector<std::pair<DisputeId, LeaseId>> disputes_;
    std::vector<TitleRow> titles_;                             // proposed ones, however they ended
    AnyMeter buyer_meter_{40, settlement::MeterRole::kBuyer};  // of organisation 5
    AnyMeter probe_{41, settlement::MeterRole::kOperator};
    bool buyer_metered_ = false;
    bool probed_ = false;
    std::uint8_t next_key_ = 50;
    std::uint8_t attestations_ = 0;
    std::uint8_t agreements_ = 0;
    std::uint8_t programmes_ = 0;
    std::uint8_t grants_ = 0;
    std::map<std::uint8_t, std::vector<std::uint8_t>> own_grants_;  // by who has them
    std::map<OrganisationId, std::vector<ProjectId>> projects_;
    std::uint8_t projects_opened_ = 0;
    bool funded_ = false;
    LogIndex settled_until_{0};
};

}  // namespace suanpan::core
