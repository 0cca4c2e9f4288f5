#include "apps/suanpan-demo/trace_input.hpp"

#include "apps/suanpan-demo/world.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "client/catalogue.hpp"
#include "client/csv.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string_view>

namespace suanpan::demo {
namespace {

constexpr Duration kGrid{60};
constexpr std::int64_t kMilliOne = 1'000;
constexpr Price kTick{10'000};
constexpr Price kVcpuPrice{100'000};  // 0.10 CNY per vCPU·h, our assumption
constexpr std::string_view kVcpuModel = "vcpu-xeon-gold-6348";

struct ModelMap {
    std::string_view trace;
    std::string_view model;  // of the catalogue
    std::string_view like;   // a row made for the trace: with the figures of this one
};
// G2 and G3 are undisclosed: taken as A10-class and A100-class.
constexpr std::array<ModelMap, 7> kModels{{{"G2", "openb-g2", "a10"},
                                           {"G3", "openb-g3", "a100-sxm4-40gb"},
                                           {"T4", "t4", ""},
                                           {"P100", "p100-pcie-16gb", ""},
                                           {"V100M16", "v100-pcie-16gb", ""},
                                           {"V100M32", "v100-sxm2-32gb", ""},
                                           {"A10", "a10", ""}}};

// What a class of service pays at most, against the base price of the dearest model it accepts.
struct QosPrice {
    std::string_view qos;
    std::string_view ratio;
};
constexpr std::array<QosPrice, 4> kQosPrices{
    {{"Guaranteed", "3"}, {"LS", "2.7"}, {"Burstable", "1.9"}, {"BE", "1.4"}}};

client::CsvTable read_csv(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto table = client::CsvTable::parse(text);
    if (!table) throw std::runtime_error(path + ": " + table.error().detail());
    return std::move(*table);
}

std::int64_t number(const client::CsvTable& table, std::size_t row, std::string_view column) {
    const auto value = parse_integer(table.at(row, column));
    if (!value || *value < 0)
        throw std::runtime_error("row " + std::to_string(row + 2) + ": bad " + std::string(column));
    return *value;
}

std::string_view model_of(std::string_view trace) {
    for (const ModelMap& map : kModels) {
        if (map.trace == trace) return map.model;
    }
    throw std::runtime_error("the trace names an unknown model '" + std::string(trace) + "'");
}

std::int64_t ceil_div64(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

// Base price of a lot: its nominal AI-FP16 rate at the reference price.
std::map<std::string, Price> base_prices(TraceInput& input) {
    const auto bodies = client::catalogue_bodies(seed_text("device_models.csv"));
    if (!bodies) throw std::runtime_error(bodies.error().detail());
    const std::int64_t efficiency = parse_scaled(assumption("efficiency_ai"), 3).value();
    const Price reference = parse_price(assumption("price_ai_fp16")).value();
    std::map<std::string, Price> prices;
    for (const ModelMap& map : kModels) {
        const std::string_view row = map.like.empty() ? map.model : map.like;
        const auto found = std::ranges::find_if(
            *bodies, [&](const Json& body) { return body.at("id").get<std::string>() == row; });
        if (found == bodies->end()) throw std::runtime_error("no device " + std::string(row));
        if (!map.like.empty()) {
            Json made = *found;
            made["id"] = map.model;
            made["device"] = "openb " + std::string(map.trace) + " (undisclosed)";
            made["source"] = "taken as " + std::string(row) + "; the trace does not disclose it";
            input.models.push_back(std::move(made));
        }
        const Rate peak = parse_rate(found->at("peak").at("AI-FP16").get<std::string>()).value();
        const std::int64_t micro = reference.value * peak.value / kMilli * efficiency / kMilliOne;
        prices[std::string(map.model)] = scaled_price(Price(micro), "1", kTick);
    }
    prices[std::string(kVcpuModel)] = kVcpuPrice;
    return prices;
}

void read_nodes(const client::CsvTable& nodes, const std::map<std::string, Price>& prices,
                TraceInput& input) {
    std::map<std::string, std::int64_t> lots;
    std::int64_t vcpus = 0;
    std::int64_t gpu_seen = 0;
    std::int64_t cpu_seen = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const std::int64_t gpus = number(nodes, i, "gpu");
        if (gpus > 0 && gpu_seen++ % kNodeStep == 0) {
            lots[nodes.at(i, "model")] += gpus;
            ++input.gpu_nodes;
        } else if (gpus == 0 && cpu_seen++ % kNodeStep == 0) {
            vcpus += number(nodes, i, "cpu_milli") / kMilliOne;
            ++input.cpu_nodes;
        }
    }
    for (const auto& [name, count] : lots) {
        const std::string model(model_of(name));
        input.pools.push_back({name, model, std::string(kAi), Lots(count), prices.at(model)});
    }
    input.pools.push_back(
        {"vCPU", std::string(kVcpuModel), std::string(kGeneral), Lots(vcpus), kVcpuPrice});
}

std::vector<std::string> models_of(std::string_view spec) {
    std::vector<std::string> out;
    while (!spec.empty()) {
        const std::size_t bar = std::min(spec.find('|'), spec.size());
        const std::string model(model_of(spec.substr(0, bar)));
        if (std::ranges::find(out, model) == out.end()) out.push_back(model);
        spec.remove_prefix(std::min(bar + 1, spec.size()));
    }
    return out;
}

// Without a constraint the model that most nodes have (G2) sets the price.
Price limit_of(const TraceTask& task, const std::map<std::string, Price>& prices) {
    Price base = prices.at("openb-g2");
    if (task.market == kGeneral) base = kVcpuPrice;
    if (!task.models.empty()) base = Price(0);
    for (const std::string& model : task.models)
        base = std::max(base, prices.at(model));
    for (const QosPrice& price : kQosPrices) {
        if (price.qos == task.qos) return scaled_price(base, price.ratio, kTick);
    }
    throw std::runtime_error("the trace names an unknown class '" + task.qos + "'");
}

TraceTask read_task(const client::CsvTable& tasks, std::size_t row,
                    const std::map<std::string, Price>& prices) {
    TraceTask task;
    task.name = tasks.at(row, "name");
    task.qos = tasks.at(row, "qos");
    const std::int64_t gpus = number(tasks, row, "num_gpu");
    const std::int64_t created = number(tasks, row, "creation_time");
    const std::int64_t deleted = number(tasks, row, "deletion_time");
    task.market = gpus > 0 ? kAi : kGeneral;
    // A fraction of a GPU orders one lot; a task without GPUs orders its vCPUs.
    task.lots = Lots(gpus > 0 ? gpus : ceil_div64(number(tasks, row, "cpu_milli"), kMilliOne));
    if (gpus > 0) task.models = models_of(tasks.at(row, "gpu_spec"));
    task.created_s = created / kTimeDivisor;
    const std::int64_t seconds = std::max<std::int64_t>(deleted - created, 1);
    task.duration = Duration(ceil_to_grid(Time(seconds), kGrid).value);
    task.limit = limit_of(task, prices);
    return task;
}

}  // namespace

TraceInput read_trace(const std::string& folder) {
    const auto nodes = read_csv(folder + "/nodes.csv");
    const auto tasks = read_csv(folder + "/tasks.csv");
    TraceInput input;
    const auto prices = base_prices(input);
    read_nodes(nodes, prices, input);
    std::multimap<std::int64_t, TraceTask> sorted;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        TraceTask task = read_task(tasks, i, prices);
        sorted.emplace(task.created_s, std::move(task));
    }
    for (auto& [created, task] : sorted)
        input.tasks.push_back(std::move(task));
    return input;
}

Json order_of(const TraceTask& task, Time start) {
    Json order = {{"side", "buy"},
                  {"market", task.market},
                  {"quantity", task.lots.value},
                  {"limit_price", to_string(task.limit)},
                  {"window",
                   {{"start", to_string(start)},
                    {"end", to_string(Time(start.value + task.duration.value))}}},
                  {"time_in_force", "fok"},
                  {"stp", "cancel_newest"},
                  {"client_order_id", task.name}};
    if (!task.models.empty()) order["requirement"] = {{"device_model", {{"one_of", task.models}}}};
    return order;
}

}  // namespace suanpan::demo
