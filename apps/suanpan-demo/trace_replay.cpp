#include "apps/suanpan-demo/trace_replay.hpp"

#include "apps/suanpan-demo/closing.hpp"
#include "apps/suanpan-demo/member.hpp"
#include "apps/suanpan-demo/world.hpp"
#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace suanpan::demo {
namespace {

constexpr Duration kGrid{60};
constexpr Price kTick{10'000};
constexpr std::size_t kBatch = 500;
constexpr std::int64_t kHorizon = 200 * 86'400;  // the longest task runs 145 days
constexpr std::int64_t kCoarseStep = 12 * kSecondsPerHour;
constexpr std::int64_t kRunPeriod = 28 * 86'400;

// A pool is offered at four prices, so that a price has to be paid for the last free lots.
struct Tier {
    std::int64_t percent;
    std::string_view ratio;
};
constexpr std::array<Tier, 4> kTiers{{{40, "1"}, {30, "1.3"}, {20, "1.8"}, {10, "2.6"}}};

Time end_of(const Json& lease) {
    return parse_time(text_of(lease.at("window"), "end")).value();
}

}  // namespace

Replay::Replay(Stage& stage, const TraceInput& input, Time start)
    : stage_(stage), input_(input), start_(start), last_end_(start) {
    if (!input.tasks.empty()) figures_.span_s = input.tasks.back().created_s + kGrid.value;
}

std::vector<std::string> Replay::buyer_ids() const {
    std::vector<std::string> ids;
    ids.reserve(tenants_.size());
    for (const auto& [qos, tenant] : tenants_)
        ids.push_back(tenant.id);
    return ids;
}

void Replay::register_parties() {
    client::Api& api = stage_.operator_api();
    for (const Json& model : input_.models)
        must(api.post("/v1/device-models", model), "device model");
    std::set<std::string> classes;
    for (const TraceTask& task : input_.tasks)
        classes.insert(task.qos);
    for (const std::string& qos : classes) {
        const Json made = make_organisation(api, "tenants of class " + qos, {"buyer"});
        deposit(stage_, text_of(made, "id"), "100000000.00");
        tenants_[qos] = {text_of(made, "id"),
                         std::make_unique<client::Api>(stage_.api(text_of(made, "key")))};
    }
    const Json provider = make_organisation(api, "openb cluster", {"provider"});
    provider_ = std::make_unique<client::Api>(stage_.api(text_of(provider, "key")));
    auditor_key_ = text_of(make_organisation(api, "Auditor", {"auditor"}), "key");
}

void Replay::list_pool(const TracePool& pool, const std::string& site) {
    const Json made =
        must(provider_->post("/v1/pools",
                             {{"site", site}, {"model", pool.model}, {"lots", pool.lots.value}}),
             "pool " + pool.name);
    const std::string id = text_of(made, "id");
    figures_.pools[id] = {pool.name, pool.lots, pool.base_price, 0, {}};
    std::int64_t left = pool.lots.value;
    for (std::size_t i = kTiers.size(); i-- > 0;) {
        // The cheapest offer takes what rounding leaves over.
        const std::int64_t lots = i == 0 ? left : pool.lots.value * kTiers.at(i).percent / 100;
        left -= lots;
        if (lots == 0) continue;
        must(provider_->post("/v1/orders",
                             {{"side", "sell"},
                              {"market", pool.market},
                              {"pool", id},
                              {"price_unit", "lot"},
                              {"quantity", lots},
                              {"limit_price",
                               to_string(scaled_price(pool.base_price, kTiers.at(i).ratio, kTick))},
                              {"window",
                               {{"start", to_string(start_)},
                                {"end", to_string(Time(start_.value + kHorizon))}}}}),
             "offer of " + pool.name);
    }
}

void Replay::list_capacity() {
    register_parties();
    const Json site =
        must(provider_->post("/v1/sites", {{"name", "openb"}, {"hub", "other"}}), "site");
    for (const TracePool& pool : input_.pools)
        list_pool(pool, text_of(site, "id"));
    const Seed seed = random_seed();
    const SigningKey key(seed);
    const Json meter =
        must(provider_->post("/v1/meters", {{"role", "provider"},
                                            {"public_key", to_base64(as_chars(key.public_key()))}}),
             "meter");
    meter_.emplace(parse_id<MeterId>(text_of(meter, "id")).value(),
                   settlement::MeterRole::kProvider, seed);
}

// Nothing matched: the market itself says what was missing.
std::string Replay::why_refused(Tenant& tenant, const Json& order) {
    const Json preview = must(tenant.api->post("/v1/orders:preview", order), "preview");
    if (!preview.contains("why_not")) return "not enough lots at once";
    const Json& why = preview.at("why_not");
    const std::int64_t wanted = order.at("quantity").get<std::int64_t>();
    const auto count = [&why](const char* name) { return why.at(name).get<std::int64_t>(); };
    if (count("lots_eligible") < wanted) return "too few lots of the models it accepts";
    if (count("lots_free") < wanted) return "lots of the models it accepts are taken";
    if (count("lots_in_price") < wanted) return "free lots cost more than its limit";
    return "not enough lots at once";
}

void Replay::note_fills(const TraceTask& task, const Json& fills) {
    const std::int64_t hour = task.created_s / kSecondsPerHour;
    HourFigures& figures = figures_.hours[hour];
    for (const Json& fill : fills) {
        const std::int64_t lots = fill.at("lots").get<std::int64_t>();
        PoolFigures& pool = figures_.pools.at(text_of(fill, "pool"));
        const Time start = parse_time(text_of(fill.at("window"), "start")).value();
        const Time end = end_of(fill);
        pool.changes[start.value - start_.value] += lots;
        pool.changes[end.value - start_.value] -= lots;
        const std::int64_t inside =
            std::min(end.value - start_.value, figures_.span_s) - (start.value - start_.value);
        pool.sold_lot_s += lots * std::max<std::int64_t>(inside, 0);
        last_end_ = std::max(last_end_, end);
        if (task.market != kAi) continue;
        const Price price = parse_price(text_of(fill, "price")).value();
        figures.lots += lots;
        figures.price_lots += price.value * lots;
        figures.highest = std::max(figures.highest, price);
    }
}

void Replay::note_result(Tenant& tenant, const TraceTask& task, const Json& order,
                         const Json& result) {
    HourFigures& hour = figures_.hours[task.created_s / kSecondsPerHour];
    ++figures_.entered;
    ++hour.entered;
    std::string why;
    if (result.contains("error")) {
        why = text_of(result.at("error"), "code");
    } else if (text_of(result.at("order"), "state") == "filled") {
        ++figures_.cleared;
        ++hour.cleared;
        ++figures_.by_qos[task.qos]["cleared"];
        note_fills(task, result.at("order").at("fills"));
        return;
    } else {
        why = why_refused(tenant, order);
    }
    ++figures_.by_qos[task.qos]["refused"];
    ++figures_.refused[why];
}

void Replay::enter_class(Tenant& tenant, const std::vector<const TraceTask*>& tasks, Time now) {
    for (std::size_t begin = 0; begin < tasks.size(); begin += kBatch) {
        Json orders = Json::array();
        const std::size_t end = std::min(begin + kBatch, tasks.size());
        for (std::size_t i = begin; i < end; ++i)
            orders.push_back(order_of(*tasks[i], Time(now.value + kGrid.value)));
        const Json answer =
            must(tenant.api->post("/v1/orders:batch", {{"orders", orders}}), "orders:batch");
        for (std::size_t i = begin; i < end; ++i)
            note_result(tenant, *tasks[i], orders[i - begin], answer.at("results")[i - begin]);
    }
}

// The tasks of one minute, by class in the order in which each class first appears.
void Replay::enter_minute(std::size_t begin, std::size_t end, Time now) {
    std::vector<std::string> order;
    std::map<std::string, std::vector<const TraceTask*>> classes;
    for (std::size_t i = begin; i < end; ++i) {
        const TraceTask& task = input_.tasks[i];
        if (!classes.contains(task.qos)) order.push_back(task.qos);
        classes[task.qos].push_back(&task);
    }
    for (const std::string& qos : order)
        enter_class(tenants_.at(qos), classes.at(qos), now);
    const Json leases = must(provider_->list("/v1/leases?role=provider&state=scheduled"), "leases");
    for (const Json& lease : leases)
        scheduled_.emplace(parse_time(text_of(lease.at("window"), "start")).value(), lease);
}

void Replay::send_actions(const Json& actions) {
    for (std::size_t begin = 0; begin < actions.size(); begin += kBatch) {
        Json part = Json::array();
        for (std::size_t i = begin; i < std::min(begin + kBatch, actions.size()); ++i)
            part.push_back(actions[i]);
        const Json answer =
            must(provider_->post("/v1/leases:advance", {{"actions", part}}), "leases:advance");
        for (const Json& result : answer.at("results")) {
            if (result.contains("error"))
                throw std::runtime_error("leases:advance: " + result.at("error").dump());
        }
    }
}

void Replay::hand_over(Time now) {
    Json actions = Json::array();
    const auto due = scheduled_.upper_bound(now);
    for (auto it = scheduled_.begin(); it != due; ++it) {
        Json lease = it->second;
        const std::string id = text_of(lease, "id");
        actions.push_back({{"lease", id}, {"action", "accept"}});
        actions.push_back({{"lease", id}, {"action", "activate"}});
        lease["active_from"] = to_string(now);
        metered_.emplace(id, read_lease(lease));
        ++figures_.leases;
    }
    scheduled_.erase(scheduled_.begin(), due);
    send_actions(actions);
}

void Replay::measure(Time now) {
    Json envelopes = Json::array();
    for (auto it = metered_.begin(); it != metered_.end();) {
        sign_until(*meter_, it->second, now, Deliver{}, envelopes, figures_.readings);
        it = it->second.sent_until >= it->second.window.end ? metered_.erase(it) : std::next(it);
    }
    send_readings(*provider_, envelopes, figures_.readings);
}

void Replay::enter_tasks(Progress& progress) {
    std::int64_t measured = 0;
    Time moved = start_;
    const auto step = [&](Time now) {
        if (now > moved) stage_.set_clock(now);
        moved = std::max(moved, now);
        hand_over(now);
        if (now.value / kSecondsPerHour == measured) return;
        measured = now.value / kSecondsPerHour;
        measure(Time(measured * kSecondsPerHour));
    };
    for (std::size_t begin = 0; begin < input_.tasks.size();) {
        const std::int64_t minute = input_.tasks[begin].created_s / kGrid.value;
        std::size_t end = begin;
        while (end < input_.tasks.size() && input_.tasks[end].created_s / kGrid.value == minute)
            ++end;
        const Time now(start_.value + minute * kGrid.value);
        if (!scheduled_.empty() && scheduled_.begin()->first < now) step(scheduled_.begin()->first);
        step(now);
        enter_minute(begin, end, now);
        progress.note(fmt::format("{}: {} tasks entered, {} cleared, {} readings", to_string(now),
                                  with_commas(figures_.entered), with_commas(figures_.cleared),
                                  with_commas(figures_.readings.accepted)));
        begin = end;
    }
    step(Time(start_.value + figures_.span_s));
}

void Replay::run_out(Progress& progress) {
    Time now = floor_to_grid(Time(start_.value + figures_.span_s), Duration(kSecondsPerHour));
    Time next_run(now.value + kRunPeriod);
    while (now < last_end_) {
        now = Time(now.value + kCoarseStep);
        stage_.set_clock(now);
        hand_over(now);
        measure(now);
        if (now >= next_run) {
            runs_.push_back(settle(stage_));
            next_run = Time(now.value + kRunPeriod);
        }
        progress.note(fmt::format("{}: {} leases left, {} readings", to_string(now),
                                  metered_.size(), with_commas(figures_.readings.accepted)));
    }
}

}  // namespace suanpan::demo
