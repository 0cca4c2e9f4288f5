// How a chain's state stands in the spool: numbers as decimal strings, what is not there left out.

#include "apps/suanpan-meter/reading_maker.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace suanpan::meter {
namespace {

using Optional = std::optional<std::int64_t>;

// Inside parse_chain_state only, which makes an error of it.
template <typename T>
T demand(const Result<T>& result) {
    if (!result) throw std::runtime_error(result.error().detail());
    return *result;
}

void put(Json& json, const char* name, std::int64_t value) {
    json[name] = std::to_string(value);
}
void put(Json& json, const char* name, const Optional& value) {
    if (value) put(json, name, *value);
}
std::int64_t number(const Json& json, const char* name) {
    return demand(parse_integer(json.at(name).get_ref<const std::string&>()));
}
Optional find(const Json& json, const char* name) {
    return json.contains(name) ? Optional(number(json, name)) : std::nullopt;
}
Time time(const Json& json, const char* name) {
    return demand(parse_time(json.at(name).get_ref<const std::string&>()));
}

// Growth and Counters have the same members.
template <typename T>
Json growth_json(const T& growth) {
    Json json = Json::object();
    put(json, "lot_us", growth.lot_us);
    put(json, "busy_us", growth.busy_us);
    put(json, "energy_mj", growth.energy_mj);
    put(json, "net_in_b", growth.net_in_b);
    put(json, "net_out_b", growth.net_out_b);
    return json;
}
template <typename T>
T parse_growth(const Json& json) {
    T out;
    out.lot_us = number(json, "lot_us");
    out.busy_us = number(json, "busy_us");
    out.energy_mj = find(json, "energy_mj");
    out.net_in_b = find(json, "net_in_b");
    out.net_out_b = find(json, "net_out_b");
    return out;
}

Json gauges_json(const settlement::Gauges& gauges) {
    Json json = Json::object();
    put(json, "memory_max_b", gauges.memory_max_b);
    put(json, "rtt_p50_us", gauges.rtt_p50_us);
    put(json, "rtt_p99_us", gauges.rtt_p99_us);
    put(json, "jitter_us", gauges.jitter_us);
    put(json, "loss_ppm", gauges.loss_ppm);
    put(json, "clock_error_us", gauges.clock_error_us);
    return json;
}
settlement::Gauges parse_gauges(const Json& json) {
    return {find(json, "memory_max_b"), find(json, "rtt_p50_us"), find(json, "rtt_p99_us"),
            find(json, "jitter_us"),    find(json, "loss_ppm"),   find(json, "clock_error_us")};
}

// What the next sample is compared with.
Json sample_json(const Sample& sample) {
    Json json{{"boot", sample.moment.boot}};
    put(json, "wall_us", sample.moment.wall_us);
    put(json, "awake_us", sample.moment.awake_us);
    put(json, "there_ppm", sample.there_ppm);
    put(json, "busy_us", sample.raw.busy_us);
    put(json, "energy_mj", sample.raw.energy_mj);
    put(json, "net_in_b", sample.raw.net_in_b);
    put(json, "net_out_b", sample.raw.net_out_b);
    return json;
}
Sample parse_sample(const Json& json) {
    Sample out;
    out.moment = {number(json, "wall_us"), number(json, "awake_us"),
                  json.at("boot").get<std::string>()};
    out.there_ppm = number(json, "there_ppm");
    out.raw = {find(json, "busy_us"), find(json, "energy_mj"), find(json, "net_in_b"),
               find(json, "net_out_b")};
    return out;
}

ChainState parse(const Json& json) {
    ChainState out;
    if (json.contains("active")) {
        const Json& active = json.at("active");
        out.active = Window{time(active, "start"), time(active, "end")};
    }
    out.epoch = number(json, "epoch");
    out.seq = number(json, "seq");
    const std::string prev = demand(from_hex(json.at("prev").get_ref<const std::string&>()));
    if (prev.size() != out.prev.size()) throw std::runtime_error("prev is not a hash");
    std::ranges::copy(prev, out.prev.begin());
    out.counters = parse_growth<settlement::Counters>(json.at("counters"));
    out.reset = json.at("reset").get<bool>();
    out.at = Time(number(json, "at"));
    out.upto_us = number(json, "upto_us");
    out.open = parse_growth<Growth>(json.at("open"));
    out.gauges = parse_gauges(json.at("gauges"));
    out.estimated = json.at("estimated").get<bool>();
    if (json.contains("last")) out.last = parse_sample(json.at("last"));
    return out;
}

}  // namespace

Json to_json(const ChainState& state) {
    Json json{{"prev", to_hex(as_chars(state.prev))}, {"reset", state.reset},
              {"estimated", state.estimated},         {"counters", growth_json(state.counters)},
              {"open", growth_json(state.open)},      {"gauges", gauges_json(state.gauges)}};
    put(json, "epoch", state.epoch);
    put(json, "seq", state.seq);
    put(json, "at", state.at.value);
    put(json, "upto_us", state.upto_us);
    if (state.active) {
        json["active"] = {{"start", to_string(state.active->start)},
                          {"end", to_string(state.active->end)}};
    }
    if (state.last) json["last"] = sample_json(*state.last);
    return json;
}

Result<ChainState> parse_chain_state(const Json& json) {
    try {
        return parse(json);
    } catch (const std::exception& error) {
        return fail("bad_state",
                    std::string("the state of a chain cannot be read: ") + error.what());
    }
}

}  // namespace suanpan::meter
