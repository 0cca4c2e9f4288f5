#include "apps/suanpan-demo/world.hpp"

#include "base/checked.hpp"
#include "base/decimal.hpp"
#include "client/catalogue.hpp"
#include "generated/seed_files.hpp"

#include <set>
#include <stdexcept>

namespace suanpan::demo {
namespace {

constexpr int kRatioScale = 3;
constexpr std::int64_t kRatioOne = 1'000;
constexpr Price kTick{10'000};  // 0.01

std::int64_t milli(const std::string& text) {
    return parse_scaled(text, kRatioScale).value();
}

std::int64_t to_int64(Int128 value) {
    return narrow(value).value();
}

// Peak and efficiency of a class, from the catalogue and the assumptions.
struct ClassFacts {
    std::string compute_class;
    std::int64_t efficiency_milli = 0;
    Price reference;
};

ClassFacts facts_of(const std::string& compute_class) {
    const bool ai = compute_class == "AI-FP16";
    return {compute_class, milli(assumption(ai ? "efficiency_ai" : "efficiency_hpc")),
            parse_price(assumption(ai ? "price_ai_fp16" : "price_hpc_fp64")).value()};
}

Price lot_price(Price per_cu, Rate rate) {
    const Int128 exact = Int128(per_cu.value) * rate.value;
    const Int128 ticks = ceil_div(exact, Int128(kMilli) * kTick.value);
    return Price(to_int64(ticks * kTick.value));
}

PoolPlan plan_pool(const client::CsvTable& pools, std::size_t row,
                   const std::map<std::string, Json>& models) {
    const ClassFacts facts = facts_of(pools.at(row, "class"));
    PoolPlan plan;
    plan.model = pools.at(row, "model");
    plan.market = facts.compute_class + "/" + std::string(kCurrency);
    plan.pue = pools.at(row, "pue");
    const Json& peaks = models.at(plan.model).at("peak");
    const Rate peak = parse_rate(peaks.at(facts.compute_class).get<std::string>()).value();
    // capacity_p is in 10^15: with three decimals 10^12; a milli-CU is 10^9.
    const std::int64_t capacity_cu = milli(pools.at(row, "capacity_p"));
    plan.capacity_gf = capacity_cu * kMilli;
    plan.lots = Lots(plan.capacity_gf / peak.value);
    plan.rate = Rate(peak.value * facts.efficiency_milli / kRatioOne);
    plan.cu_price =
        Price(facts.reference.value * milli(pools.at(row, "price_of_reference")) / kRatioOne);
    plan.lot_price = lot_price(plan.cu_price, plan.rate);
    return plan;
}

std::map<std::string, Json> models_by_id() {
    const auto bodies = client::catalogue_bodies(seed_text("device_models.csv"));
    if (!bodies) throw std::runtime_error(bodies.error().detail());
    std::map<std::string, Json> out;
    for (const Json& body : *bodies)
        out.emplace(body.at("id").get<std::string>(), body);
    return out;
}

void read_round_trips(World& world) {
    const auto table = seed_table("hub_rtt.csv");
    for (std::size_t i = 0; i < table.size(); ++i)
        world.rtt_ms[table.at(i, "hub")][table.at(i, "place")] = table.at(i, "rtt_ms");
}

void read_not_built(World& world, const client::CsvTable& centres,
                    const std::set<std::string>& listed) {
    for (std::size_t i = 0; i < centres.size(); ++i) {
        const std::string& capacity = centres.at(i, "capacity_p");
        if (capacity.empty() || listed.contains(centres.at(i, "id"))) continue;
        world.not_built_p += milli(capacity) / kRatioOne;
        world.not_built.push_back(centres.at(i, "name_en") + " (" + centres.at(i, "hub") +
                                  "): " + capacity + " P " + centres.at(i, "status"));
    }
}

}  // namespace

std::string_view seed_text(std::string_view name) {
    for (const auto& file : seed::generated_files()) {
        if (file.name == name) return file.text;
    }
    throw std::runtime_error("no seed file " + std::string(name));
}

client::CsvTable seed_table(std::string_view name) {
    auto table = client::CsvTable::parse(seed_text(name));
    if (!table) throw std::runtime_error(std::string(name) + ": " + table.error().detail());
    return std::move(*table);
}

std::string assumption(std::string_view name) {
    const auto table = seed_table("assumptions.csv");
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (table.at(i, "name") == name) return table.at(i, "value");
    }
    throw std::runtime_error("no assumption " + std::string(name));
}

World read_world() {
    World world;
    const auto centres = seed_table("centres.csv");
    const auto pools = seed_table("pools.csv");
    const auto models = models_by_id();
    std::set<std::string> listed;
    for (std::size_t i = 0; i < centres.size(); ++i) {
        CentrePlan centre{centres.at(i, "id"),
                          centres.at(i, "name_zh"),
                          centres.at(i, "name_en"),
                          centres.at(i, "hub"),
                          {}};
        for (std::size_t j = 0; j < pools.size(); ++j) {
            if (pools.at(j, "centre") == centre.id)
                centre.pools.push_back(plan_pool(pools, j, models));
        }
        if (centre.pools.empty()) continue;
        listed.insert(centre.id);
        world.centres.push_back(std::move(centre));
    }
    read_not_built(world, centres, listed);
    read_round_trips(world);
    return world;
}

Price scaled_price(Price price, std::string_view ratio, Price tick) {
    const Int128 exact = Int128(price.value) * parse_scaled(ratio, kRatioScale).value();
    return Price(to_int64(ceil_div(exact, Int128(kRatioOne) * tick.value) * tick.value));
}

Json vcpu_model() {
    // Of a Xeon Gold 6348 (4.6 TFLOPS FP32, 28 cores, 56 threads): 82 GFLOPS a thread.
    return {{"id", "vcpu-xeon-gold-6348"},
            {"device", "one vCPU (1/56 of a Xeon Gold 6348)"},
            {"vendor", "Intel"},
            {"kind", "cpu"},
            {"peak", {{"GEN-FP32", "0.082"}}},
            {"source", "device_models.csv, row xeon-gold-6348: 4.6 TFLOPS over 56 threads"}};
}

}  // namespace suanpan::demo
