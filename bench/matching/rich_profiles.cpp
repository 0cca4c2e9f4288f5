#include "bench/matching/rich_profiles.hpp"

#include "base/check.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace suanpan::bench {
namespace {

// seed/device_models.csv, column names as there: what the market's centres mostly have.
struct Device {
    std::string_view model;
    std::string_view vendor;
    std::string_view kind;
    std::string_view software;
    std::int64_t fp16_gflops;  // peak dense
    std::int64_t fp8_gflops;   // 0: none
    std::int64_t memory_gib;
    std::int64_t bandwidth_gb_s;
    std::int64_t interconnect_gb_s;  // 0: PCIe only
};
constexpr std::array kDevices{
    Device{"v100-sxm2-32gb", "NVIDIA", "gpu", "cuda", 125'000, 0, 32, 900, 300},
    Device{"v100-pcie-16gb", "NVIDIA", "gpu", "cuda", 112'000, 0, 16, 897, 0},
    Device{"t4", "NVIDIA", "gpu", "cuda", 65'000, 0, 16, 320, 0},
    Device{"a10", "NVIDIA", "gpu", "cuda", 125'000, 0, 24, 600, 0},
    Device{"a40", "NVIDIA", "gpu", "cuda", 149'700, 0, 48, 696, 112},
    Device{"a100-sxm4-40gb", "NVIDIA", "gpu", "cuda", 312'000, 0, 40, 1'555, 600},
    Device{"a100-sxm4-80gb", "NVIDIA", "gpu", "cuda", 312'000, 0, 80, 2'039, 600},
    Device{"a800-pcie-80gb", "NVIDIA", "gpu", "cuda", 311'870, 0, 80, 1'935, 400},
    Device{"l40s", "NVIDIA", "gpu", "cuda", 362'000, 733'000, 48, 860, 0},
    Device{"h100-sxm5-80gb", "NVIDIA", "gpu", "cuda", 989'000, 1'979'000, 80, 3'350, 900},
    Device{"h20-96gb", "NVIDIA", "gpu", "cuda", 148'000, 296'000, 96, 4'000, 900},
    Device{"geforce-rtx-4090", "NVIDIA", "gpu", "cuda", 165'150, 330'300, 24, 1'008, 0},
    Device{"instinct-mi250", "AMD", "gpu", "rocm", 362'100, 0, 128, 3'280, 100},
    Device{"instinct-mi300x", "AMD", "gpu", "rocm", 1'307'400, 2'610'000, 192, 5'300, 896},
    Device{"gaudi3", "Intel", "npu", "synapse", 459'000, 1'677'000, 128, 3'700, 600},
    Device{"ascend-910-910a", "Huawei", "npu", "cann", 256'000, 0, 32, 1'200, 240},
    Device{"ascend-910b", "Huawei", "npu", "cann", 376'000, 0, 64, 1'600, 392},
    Device{"ascend-910c", "Huawei", "npu", "cann", 800'000, 0, 128, 3'200, 784},
    Device{"mlu370-x8", "Cambricon", "npu", "neuware", 96'000, 0, 48, 614, 200},
    Device{"p100-pcie-16gb", "NVIDIA", "gpu", "cuda", 18'700, 0, 16, 732, 0},
};

constexpr std::array<std::string_view, 4> kPlaces{"beijing", "chengdu", "shanghai", "shenzhen"};

// seed/hub_rtt.csv (tenths of a millisecond), and one hub abroad by the same rule.
struct Hub {
    std::string_view name;
    bool west;
    std::array<std::int64_t, 4> rtt;  // to kPlaces
};
constexpr std::array<Hub, kHubs> kHubTable{{
    {"jing-jin-ji", false, {40, 342, 254, 429}},
    {"yangtze-delta", false, {254, 372, 40, 283}},
    {"greater-bay", false, {429, 310, 283, 40}},
    {"cheng-yu", true, {337, 67, 351, 283}},
    {"inner-mongolia", true, {101, 320, 305, 452}},
    {"guizhou", true, {386, 144, 345, 215}},
    {"gansu", true, {221, 169, 316, 359}},
    {"ningxia", true, {241, 193, 370, 415}},
    {"other", false, {197, 192, 248, 309}},
    {"singapore", false, {930, 700, 800, 560}},
}};

constexpr std::array<std::string_view, 3> kGrades{"standard", "silver", "gold"};
constexpr std::array<std::string_view, 4> kStacks{"pytorch", "slurm", "kubernetes", "mindspore"};
constexpr std::array<std::string_view, 3> kCompliance{"iso-27001", "mlps-3", "soc-2"};

// Profiles that a requirement is tried on: any of them are as good as all.
constexpr std::uint32_t kSample = 1'000;

std::string tenths(std::int64_t value) {
    return fmt::format("{}.{}", value / 10, value % 10);
}

Json texts_of(Xorshift& random, const auto& words, std::uint32_t percent) {
    Json out = Json::array();
    for (const std::string_view word : words) {
        if (random.below(100) < percent) out.push_back(word);
    }
    return out;
}

Json service_of(Xorshift& random, const Hub& hub) {
    Json out;
    for (std::size_t place = 0; place < kPlaces.size(); ++place)
        out["rtt_ms"][std::string(kPlaces[place])] = tenths(hub.rtt[place] + random.below(80));
    out["hub"] = hub.name;
    out["sla_grade"] = kGrades[random.below(kGrades.size())];
    out["firm"] = random.below(100) < 75;
    out["reliability_percent"] = tenths(950 + random.below(50));
    out["renewable_percent"] = std::to_string((hub.west ? 40 : 5) + random.below(50));
    out["pue"] = fmt::format("1.{}", (hub.west ? 10 : 20) + random.below(20));
    out["up_mbit_s"] = std::to_string(1'000U << random.below(6));
    out["data_residency"] = Json::array({hub.name == "singapore" ? "SG" : "CN"});
    const Json compliance = texts_of(random, kCompliance, 40);
    if (!compliance.empty()) out["compliance"] = compliance;
    if (random.below(100) < 15) out["confidential"] = Json::array({"tdx"});
    return out;
}

RichProfile draw_profile(Xorshift& random, std::uint32_t hub) {
    const Device& device = kDevices[random.below(kDevices.size())];
    Json json = service_of(random, kHubTable[hub]);
    json["device_kind"] = device.kind;
    json["device_vendor"] = device.vendor;
    json["device_model"] = device.model;
    json["memory_gib"] = std::to_string(device.memory_gib);
    json["memory_bandwidth_gb_s"] = std::to_string(device.bandwidth_gb_s);
    if (device.interconnect_gb_s > 0) {
        json["interconnect_gb_s"] = std::to_string(device.interconnect_gb_s);
    }
    Json software = texts_of(random, kStacks, 60);
    software.push_back(device.software);
    json["software"] = software;
    if (device.fp8_gflops > 0) {
        json["rate_cu"]["AI-FP8"] = std::to_string(device.fp8_gflops * 45 / 100 / 1'000);
    }
    RichProfile out;
    out.profile = matching::parse_profile(json).value();
    out.rate = Rate(device.fp16_gflops * 45 / 100);
    out.hub = hub;
    return out;
}

const matching::AttributeValue* value_of(const RichProfile& target, std::string_view name,
                                         std::string_view place = "") {
    return matching::find_value(target.profile, matching::find_attribute(name).value(), place);
}

// Conditions that the target meets, each as buyers say it. None: it lacks the attribute.
class Wishes {
 public:
    Wishes(const RichProfile& target, Xorshift& random) : target_(target), random_(random) {}

    Json draw(std::uint32_t conditions) {
        static constexpr std::array kDraws{
            &Wishes::memory,      &Wishes::memory,       &Wishes::round_trip, &Wishes::round_trip,
            &Wishes::hub,         &Wishes::software,     &Wishes::software,   &Wishes::vendor,
            &Wishes::reliability, &Wishes::renewable,    &Wishes::grade,      &Wishes::firm,
            &Wishes::compliance,  &Wishes::interconnect, &Wishes::precision,
        };
        for (std::uint32_t i = 0; i < conditions; ++i)
            (this->*kDraws[random_.below(kDraws.size())])();
        return json_;
    }

 private:
    void memory() {
        static constexpr std::array<std::int64_t, 6> kSizes{16, 24, 32, 40, 64, 80};
        const std::int64_t most = value_of(target_, "memory_gib")->number / 1'000;
        const std::int64_t size = kSizes[random_.below(kSizes.size())];
        json_["memory_gib"] = {{"at_least", std::to_string(std::min(size, most))}};
    }
    // The tiers of market §2: near edge, regional; else the distance there is.
    void round_trip() {
        const std::string_view place = kPlaces[random_.below(kPlaces.size())];
        const std::int64_t number = value_of(target_, "rtt_ms", place)->number;
        const std::int64_t bound = number <= 20'000   ? 20
                                   : number <= 40'000 ? 40
                                                      : number / 1'000 + 1;
        json_["rtt_ms"][std::string(place)] = {{"at_most", std::to_string(bound)}};
    }
    void hub() {
        std::set<std::string> hubs{value_of(target_, "hub")->texts.front()};
        for (std::uint32_t more = 1 + random_.below(4); more > 0; --more)
            hubs.emplace(kHubTable[random_.below(kHubs)].name);
        json_["hub"] = {{"one_of", hubs}};
    }
    void software() { one_text("software", "all_of"); }
    void vendor() { one_text("device_vendor", "one_of"); }
    void compliance() { one_text("compliance", "all_of"); }
    void one_text(std::string_view name, std::string_view word) {
        const auto* value = value_of(target_, name);
        if (value == nullptr) return;
        const auto count = static_cast<std::uint32_t>(value->texts.size());
        json_[std::string(name)] = {
            {std::string(word), Json::array({value->texts[random_.below(count)]})}};
    }
    void grade() {
        json_["sla_grade"] = {
            {"one_of", Json::array({"gold", value_of(target_, "sla_grade")->texts.front()})}};
    }
    void firm() { json_["firm"] = value_of(target_, "firm")->number != 0; }
    void reliability() { at_least("reliability_percent", 1'000); }
    void renewable() { at_least("renewable_percent", 100); }
    void interconnect() { at_least("interconnect_gb_s", 1'000); }
    // Whole units of an attribute that is kept with `scale` to the unit.
    void at_least(std::string_view name, std::int64_t scale) {
        const auto* value = value_of(target_, name);
        if (value == nullptr) return;
        json_[std::string(name)] = {{"at_least", std::to_string(value->number / scale)}};
    }
    void precision() {
        if (value_of(target_, "rate_cu", "AI-FP8") == nullptr) return;
        json_["rate_cu"]["AI-FP8"] = {{"at_least", "1"}};
    }

    const RichProfile& target_;
    Xorshift& random_;
    Json json_ = Json::object();
};

RichRequirement draw_requirement(const std::vector<RichProfile>& profiles, Xorshift& random) {
    const auto count = static_cast<std::uint32_t>(profiles.size());
    Wishes wishes(profiles[random.below(count)], random);
    const Json json = wishes.draw(1 + random.below(4));
    RichRequirement out;
    out.requirement = matching::parse_requirement(json).value();
    std::uint32_t eligible = 0;
    const auto sample = std::min(count, kSample);
    for (const RichProfile& each : std::span(profiles).first(sample)) {
        if (!matching::satisfies(each.profile, out.requirement)) continue;
        out.least_rate = eligible == 0 ? each.rate : std::min(out.least_rate, each.rate);
        ++eligible;
    }
    out.selectivity = static_cast<double>(eligible) / sample;
    return out;
}

}  // namespace

std::vector<RichProfile> make_profiles(std::uint32_t count, Xorshift& random) {
    std::vector<RichProfile> out;
    std::set<matching::Profile> seen;
    while (out.size() < count) {
        const auto hub = static_cast<std::uint32_t>(out.size() % kHubs);
        RichProfile drawn = draw_profile(random, hub);
        if (seen.insert(drawn.profile).second) out.push_back(std::move(drawn));
    }
    return out;
}

std::vector<RichRequirement> make_requirements(std::uint32_t count,
                                               const std::vector<RichProfile>& profiles,
                                               Xorshift& random) {
    CHECK(profiles.size() >= 100);
    std::vector<RichRequirement> out;
    std::set<matching::Requirement> seen;
    while (out.size() < count) {
        RichRequirement drawn = draw_requirement(profiles, random);
        if (drawn.selectivity < kLeastSelectivity || drawn.selectivity > kMostSelectivity) continue;
        if (seen.insert(drawn.requirement).second) out.push_back(std::move(drawn));
    }
    return out;
}

}  // namespace suanpan::bench
