#include "apps/suanpan-demo/demand.hpp"

#include "base/decimal.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace suanpan::demo {
namespace {

constexpr std::array<std::string_view, 5> kGpuColumns{"gpu_0", "gpu_1", "gpu_2", "gpu_4", "gpu_8"};
constexpr std::array<std::int64_t, 5> kGpuCounts{1, 1, 2, 4, 8};
constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> kQuantiles{
    {{"duration_p5_s", 50},
     {"duration_p10_s", 100},
     {"duration_p25_s", 250},
     {"duration_p50_s", 500},
     {"duration_p75_s", 750},
     {"duration_p90_s", 900},
     {"duration_p95_s", 950},
     {"duration_p99_s", 990}}};
// Where inference users are; our assumption.
constexpr std::array<std::string_view, 4> kPlaces{"beijing", "shanghai", "shenzhen", "chengdu"};
const std::vector<std::int64_t> kPlaceWeights{30, 35, 25, 10};
constexpr std::int64_t kCuPerTrainingLot = 115;  // nominal, of an Ascend 910
constexpr Price kCuTick{100};
constexpr Price kLotTick{10'000};

std::int64_t whole(const client::CsvTable& table, std::size_t row, std::string_view column) {
    return parse_integer(table.at(row, column)).value();
}

std::string ratio(std::int64_t per_mille) {
    return format_scaled(per_mille, 3);
}

std::string iso_minutes(Duration duration) {
    return "PT" + std::to_string(duration.value / 60) + "M";
}

class Planner {
 public:
    Planner(const World& world, const DemandSpan& span, std::uint64_t seed)
        : world_(world), span_(span), dice_(seed) {}

    PlannedOrder next() {
        const Time at = draw_time();
        if (dice_.chance(milli(assumption("hpc_share")))) return hpc(at);
        if (dice_.chance(milli(assumption("inference_share")))) return inference(at);
        const std::size_t row = training_row();
        const bool model = dice_.below(whole(mix_, row, "tasks")) < whole(mix_, row, "with_model");
        return model ? named_model(at, row) : training(at, row);
    }

 private:
    static std::int64_t milli(const std::string& text) { return parse_scaled(text, 3).value(); }

    // Twice as many by day (08–20 in China, UTC+8) as by night.
    Time draw_time() {
        const std::int64_t steps = (span_.close.value - span_.open.value) / kDayStep.value;
        while (true) {
            const Time at(span_.open.value + dice_.below(steps) * kDayStep.value);
            const std::int64_t hour = (at.value / kSecondsPerHour + 8) % 24;
            if ((hour >= 8 && hour < 20) || dice_.chance(500)) return at;
        }
    }

    std::size_t training_row() {
        const std::int64_t weight = parse_integer(assumption("long_jobs_weight")).value();
        std::vector<std::int64_t> weights;
        for (std::size_t i = 0; i < mix_.size(); ++i) {
            const std::string& qos = mix_.at(i, "qos");
            weights.push_back(qos == "LS" ? 0
                                          : whole(mix_, i, "tasks") * (qos == "BE" ? 1 : weight));
        }
        return dice_.weighted(weights);
    }

    std::int64_t draw_gpus(std::size_t row) {
        std::vector<std::int64_t> weights;
        weights.reserve(kGpuColumns.size());
        for (const auto column : kGpuColumns)
            weights.push_back(whole(mix_, row, column));
        return kGpuCounts.at(dice_.weighted(weights));
    }

    std::int64_t draw_lots(std::size_t row) {
        return draw_gpus(row) * parse_integer(assumption("size_scale")).value();
    }

    // From the next step on, never past the day's end.
    Window draw_window(Time at, Duration length) const {
        const Time start(at.value + kDayStep.value);
        return {start, std::min(Time(start.value + length.value), span_.last_end)};
    }

    static Json window_json(const Window& window) {
        return {{"start", to_string(window.start)}, {"end", to_string(window.end)}};
    }

    Json buy(std::string_view market, const Window& window, Price limit) const {
        return {{"side", "buy"},
                {"market", market},
                {"limit_price", to_string(limit)},
                {"window", window_json(window)}};
    }

    Price ai_price(std::int64_t low, std::int64_t high) {
        const Price reference = parse_price(assumption("price_ai_fp16")).value();
        return scaled_price(reference, ratio(dice_.between(low, high)), kCuTick);
    }

    // So many streams of a class near a city: CU within a round-trip bound.
    PlannedOrder inference(Time at) {
        const auto row =
            static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(classes_.size())));
        const std::string& name = classes_.at(row, "class");
        const std::string place(kPlaces.at(dice_.weighted(kPlaceWeights)));
        const bool near = name == "medium" || (name == "large" && dice_.chance(500));
        const Window window = draw_window(at, draw_duration(dice_, mix_, 0));
        Json body = buy(kAi, window, ai_price(1'000, 1'300));
        const std::int64_t cu = draw_lots(0) * whole(classes_, row, "fp16_tflops");
        body["unit"] = "cu";
        body["quantity"] = std::to_string(cu);
        body["max_excess_cu"] = "150";
        body["requirement"] = {{"rtt_ms", {{place, {{"at_most", near ? "20" : "40"}}}}}};
        body["metadata"] = {{"kind", "inference"}, {"class", name}, {"near", place}};
        return {at, "inference", std::move(body)};
    }

    // Anywhere, at any time until the day's end, for as long as it needs: the cheapest wins.
    PlannedOrder training(Time at, std::size_t row) {
        const bool cheap = mix_.at(row, "qos") == "BE";
        const Duration length = draw_duration(dice_, mix_, row);
        Window window = draw_window(at, length);
        const Duration needed = window.length();
        window.end = span_.last_end;
        Json body = buy(kAi, window, cheap ? ai_price(560, 960) : ai_price(700, 1'100));
        body["unit"] = "cu";
        body["quantity"] = std::to_string(draw_lots(row) * kCuPerTrainingLot);
        body["max_excess_cu"] = "150";
        // A gang of devices or nothing, as training wants it.
        body["all_or_none"] = true;
        if (needed < window.length()) body["duration"] = iso_minutes(needed);
        body["metadata"] = {{"kind", "training"}, {"qos", mix_.at(row, "qos")}};
        return {at, "training", std::move(body)};
    }

    // Lots of one of the listed models, as about a third of the trace's tasks name theirs.
    PlannedOrder named_model(Time at, std::size_t row) {
        std::vector<const PoolPlan*> pools;
        for (const CentrePlan& centre : world_.centres) {
            for (const PoolPlan& pool : centre.pools) {
                if (pool.market == kAi) pools.push_back(&pool);
            }
        }
        const auto pick =
            static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(pools.size())));
        const PoolPlan& pool = *pools[pick];
        const Window window = draw_window(at, draw_duration(dice_, mix_, row));
        Json body = buy(kAi, window,
                        scaled_price(pool.lot_price, ratio(dice_.between(850, 1'400)), kLotTick));
        body["quantity"] = std::min(draw_lots(row), pool.lots.value);
        body["requirement"] = {{"device_model", {{"one_of", {pool.model}}}}};
        body["metadata"] = {{"kind", "model"}, {"qos", mix_.at(row, "qos")}};
        return {at, "model", std::move(body)};
    }

    PlannedOrder hpc(Time at) {
        const Window window = draw_window(at, Duration(draw_duration(dice_, mix_, 2).value));
        const Price reference = parse_price(assumption("price_hpc_fp64")).value();
        Json body =
            buy(kHpc, window, scaled_price(reference, ratio(dice_.between(800, 1'200)), kCuTick));
        body["unit"] = "cu";
        body["quantity"] = std::to_string(dice_.between(2, 20) * 50);
        body["max_excess_cu"] = "10";
        body["requirement"] = {{"pue", {{"at_most", "1.3"}}}};
        body["metadata"] = {{"kind", "hpc"}};
        return {at, "hpc", std::move(body)};
    }

    const World& world_;
    DemandSpan span_;
    Dice dice_;
    client::CsvTable mix_ = seed_table("trace_mix.csv");
    client::CsvTable classes_ = seed_table("inference_classes.csv");
};

}  // namespace

Duration draw_duration(Dice& dice, const client::CsvTable& mix, std::size_t row) {
    const std::int64_t at = dice.between(50, 990);
    std::int64_t seconds = whole(mix, row, kQuantiles.front().first);
    for (std::size_t i = 1; i < kQuantiles.size(); ++i) {
        const auto& [low_name, low] = kQuantiles.at(i - 1);
        const auto& [high_name, high] = kQuantiles.at(i);
        if (at < low || at > high) continue;
        const std::int64_t a = whole(mix, row, low_name);
        const std::int64_t b = whole(mix, row, high_name);
        seconds = a + (b - a) * (at - low) / (high - low);
    }
    return Duration(ceil_to_grid(Time(seconds), kDayStep).value);
}

std::vector<PlannedOrder> plan_demand(const World& world, const DemandSpan& span,
                                      std::uint64_t seed, std::int64_t orders) {
    Planner planner(world, span, seed);
    std::multimap<Time, PlannedOrder> sorted;
    for (std::int64_t i = 0; i < orders; ++i) {
        PlannedOrder order = planner.next();
        sorted.emplace(order.place_at, std::move(order));
    }
    std::vector<PlannedOrder> out;
    for (auto& [at, order] : sorted)
        out.push_back(std::move(order));
    return out;
}

Json large_order(const DemandSpan& span, Time now) {
    const Time start(now.value + kDayStep.value);
    const Time end = std::min(Time(start.value + 2 * kSecondsPerHour), span.last_end);
    return {{"side", "buy"},
            {"market", kAi},
            {"unit", "lot"},
            {"quantity", 256},
            {"limit_price", "20.000000"},
            {"window", {{"start", to_string(start)}, {"end", to_string(end)}}},
            {"time_in_force", "ioc"},
            {"metadata", {{"kind", "large"}}}};
}

Json impossible_order(const DemandSpan& span, Time now) {
    Json body = large_order(span, now);
    body["quantity"] = 64;
    body["requirement"] = {{"memory_gib", {{"at_least", "141"}}},
                           {"rtt_ms", {{"chengdu", {{"at_most", "5"}}}}}};
    body["metadata"] = {{"kind", "impossible"}};
    return body;
}

}  // namespace suanpan::demo
