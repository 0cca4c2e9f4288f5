// The text form of guarantees: in the log, in the database, and on the wire.

#include "settlement/guarantee.hpp"
#include "settlement/json_fields.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::settlement {
namespace {

constexpr JsonLimits kLimits{65'536, 4};

Guarantee read_guarantee(const Json& value, const std::string& at, Faults& faults) {
    Fields fields(value, at, faults, {"percentile_ppm", "quantity", "steps"});
    Guarantee out;
    out.quantity = fields.parsed<Quantity>("quantity", parse_quantity);
    out.percentile = Ppm(fields.integer("percentile_ppm"));
    const Json* steps = fields.array("steps");
    for (std::size_t i = 0; steps != nullptr && i < steps->size(); ++i) {
        Fields step((*steps)[i], at + "/steps/" + std::to_string(i), faults,
                    {"beyond", "credit_ppm"});
        out.steps.push_back({step.integer("beyond"), Ppm(step.integer("credit_ppm"))});
    }
    return out;
}

MissedGuarantee read_missed(const Json& value, const std::string& at, Faults& faults) {
    Fields fields(value, at, faults,
                  {"credit_ppm", "disputed_ppm", "percentile_ppm", "quantity", "value"});
    MissedGuarantee out;
    out.quantity = fields.parsed<Quantity>("quantity", parse_quantity);
    out.percentile = Ppm(fields.integer("percentile_ppm"));
    out.value = fields.integer("value");
    out.credit = Ppm(fields.integer("credit_ppm"));
    out.disputed = Ppm(fields.integer("disputed_ppm"));
    return out;
}

template <typename Item>
Result<std::vector<Item>> read_list(std::string_view json,
                                    Item (*read)(const Json&, const std::string&, Faults&)) {
    const auto root = parse_json(json, kLimits);
    if (!root) return fail(root.error());
    if (!root->is_array()) return fail("bad_guarantee", "guarantees are a list");
    Faults faults;
    std::vector<Item> out;
    out.reserve(root->size());
    for (std::size_t i = 0; i < root->size(); ++i)
        out.push_back(read((*root)[i], "/" + std::to_string(i), faults));
    if (!faults.empty())
        return fail(Error("bad_guarantee", "the guarantees have faults", faults.list()));
    return out;
}

}  // namespace

std::string to_json(const std::vector<Guarantee>& guarantees) {
    CanonicalWriter out;
    out.begin_array();
    for (const Guarantee& guarantee : guarantees) {
        out.begin_object();
        out.field("percentile_ppm", std::to_string(guarantee.percentile.value));
        out.field("quantity", to_string(guarantee.quantity));
        out.key("steps");
        out.begin_array();
        for (const GuaranteeStep& step : guarantee.steps) {
            out.begin_object();
            out.field("beyond", std::to_string(step.beyond));
            out.field("credit_ppm", std::to_string(step.credit.value));
            out.end_object();
        }
        out.end_array();
        out.end_object();
    }
    out.end_array();
    return out.take();
}

Result<std::vector<Guarantee>> parse_guarantees(std::string_view json) {
    return read_list<Guarantee>(json, read_guarantee);
}

std::string to_json(const std::vector<MissedGuarantee>& missed) {
    CanonicalWriter out;
    out.begin_array();
    for (const MissedGuarantee& each : missed) {
        out.begin_object();
        out.field("credit_ppm", std::to_string(each.credit.value));
        out.field("disputed_ppm", std::to_string(each.disputed.value));
        out.field("percentile_ppm", std::to_string(each.percentile.value));
        out.field("quantity", to_string(each.quantity));
        out.field("value", std::to_string(each.value));
        out.end_object();
    }
    out.end_array();
    return out.take();
}

Result<std::vector<MissedGuarantee>> parse_missed(std::string_view json) {
    auto out = read_list<MissedGuarantee>(json, read_missed);
    if (!out) return out;
    for (const MissedGuarantee& each : *out) {
        const bool good = 1 <= each.percentile.value && each.percentile.value <= kPpm &&
                          0 <= each.disputed.value && each.disputed <= each.credit &&
                          each.credit.value <= kPpm && each.value >= 0;
        if (!good) return fail("bad_guarantee", "a credit is at most the whole sale");
    }
    return out;
}

}  // namespace suanpan::settlement
