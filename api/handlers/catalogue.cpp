// Device models, markets, schedules: the operator's data.

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "base/duration.hpp"
#include "db/queries/capacity.hpp"

#include <algorithm>
#include <array>

namespace suanpan::api {

namespace {

constexpr std::int64_t kMaxDurationS = 10LL * 366 * 86'400;
constexpr std::size_t kMaxClasses = 32;
constexpr std::size_t kMaxSteps = 32;
constexpr std::size_t kMaxGuarantees = 16;
constexpr std::size_t kMaxTaxClass = 128;
constexpr std::int64_t kMostBeyond = 1'000'000'000'000;
// market §2: of the peak, where nobody measured.
constexpr Ppm kAiEfficiency{450'000};
constexpr std::array<std::string_view, 4> kAiClasses = {"AI-FP32", "AI-FP16", "AI-FP8", "AI-INT8"};

Result<std::string> parse_model_id(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    };
    if (!text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed))
        return std::string(text);
    return fail("bad_model", "a model's id is lower-case letters, digits, '-', '.' and '_'");
}

template <typename Value>
void check_positive(Fields& fields, std::string_view name, const std::optional<Value>& value) {
    if (value && value->value <= 0) fields.fault(name, "out_of_range", "this must be above zero");
}

// {"AI-FP16":"312.000"}
void read_peak(Fields& parent, std::map<std::string, Rate>& peak) {
    const Json* object = parent.need_object("peak");
    if (object == nullptr) return;
    Fields fields(*object, parent.faults(), parent.pointer_of("peak"));
    if (object->size() > kMaxClasses) {
        parent.fault("peak", "too_many", "at most 32 classes");
        return;
    }
    for (const auto& [name, value] : object->items()) {
        const std::string segment = pointer_segment(name);
        if (const auto word = parse_class(name); !word) {
            fields.fault(segment, word.error());
        }
        const auto rate = fields.need(name, parse_rate);
        check_positive(fields, segment, rate);
        if (rate) peak[name] = *rate;
    }
}

Duration read_duration(Fields& fields, std::string_view name, Duration fallback,
                       std::int64_t least) {
    const auto duration = fields.find(name, parse_duration);
    if (!duration) return fallback;
    if (duration->value < least || duration->value > kMaxDurationS) {
        fields.fault(
            name, "out_of_range",
            "this must be at least " + format_duration(Duration(least)) + " and at most ten years");
    }
    return *duration;
}

Ppm read_ppm(Fields& fields, std::string_view name, Ppm fallback) {
    return Ppm(fields.find_integer(name, 0, kPpm).value_or(fallback.value));
}

Price read_flat(Fields& fields, std::string_view name) {
    const auto price = fields.find(name, parse_price);
    if (price && price->value < 0) fields.fault(name, "out_of_range", "this must not be negative");
    return price.value_or(Price(0));
}

void read_fees(Fields& parent, core::FeeSchedule& fees) {
    const Json* object = parent.need_object("fees");
    if (object == nullptr) return;
    Fields fields(*object, parent.faults(), parent.pointer_of("fees"));
    fees.buyer_maker = read_ppm(fields, "buyer_maker_ppm", Ppm(0));
    fees.buyer_taker = read_ppm(fields, "buyer_taker_ppm", Ppm(0));
    fees.provider_maker = read_ppm(fields, "provider_maker_ppm", Ppm(0));
    fees.provider_taker = read_ppm(fields, "provider_taker_ppm", Ppm(0));
    fees.buyer_flat = read_flat(fields, "buyer_flat");
    fees.provider_flat = read_flat(fields, "provider_flat");
    fees.buyer_tax = read_ppm(fields, "buyer_tax_ppm", Ppm(0));
    fees.provider_withholding = read_ppm(fields, "provider_withholding_ppm", Ppm(0));
    fields.finish();
}

void read_metering(Fields& parent, settlement::MeteringRules& rules) {
    const Json* object = parent.find_object("metering");
    if (object == nullptr) return;
    Fields fields(*object, parent.faults(), parent.pointer_of("metering"));
    rules.billing_window = read_duration(fields, "billing_window", rules.billing_window, 60);
    rules.deadline = read_duration(fields, "deadline", rules.deadline, 60);
    rules.future_tolerance = read_duration(fields, "future_tolerance", rules.future_tolerance, 0);
    rules.mismatch_tolerance = read_ppm(fields, "mismatch_tolerance_ppm", rules.mismatch_tolerance);
    rules.mismatch_floor_us = fields.find_integer("mismatch_floor_lot_us", 0, kMaxInteger)
                                  .value_or(rules.mismatch_floor_us);
    fields.finish();
}

// AI classes that the request does not name get the default.
void read_efficiency(Fields& parent, std::map<std::string, Ppm>& efficiency) {
    const Json* object = parent.find_object("efficiency_ppm");
    for (const std::string_view name : kAiClasses)
        efficiency.emplace(name, kAiEfficiency);
    if (object == nullptr) return;
    Fields fields(*object, parent.faults(), parent.pointer_of("efficiency_ppm"));
    for (const auto& [name, value] : object->items()) {
        if (const auto word = parse_class(name); !word)
            fields.fault(pointer_segment(name), word.error());
        if (const auto ppm = fields.need_integer(name, 1, kPpm)) efficiency[name] = Ppm(*ppm);
    }
}

}  // namespace

Result<Write> create_model(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    core::ModelRow model;
    model.id = fields.need("id", parse_model_id).value_or("");
    model.device = fields.need_text("device").value_or("");
    model.vendor = fields.need_text("vendor").value_or("");
    model.kind = fields.need_text("kind", 40).value_or("");
    model.source = fields.need_text("source", 2'000).value_or("");
    model.memory_gib = fields.find_integer("memory_gib", 1, 1'000'000).value_or(0);
    model.memory_bandwidth_gb_s =
        fields.find_integer("memory_bandwidth_gb_s", 1, 10'000'000).value_or(0);
    read_peak(fields, model.peak);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::RegisterModel{model};
    write.respond = [model](const core::CommandOutcome& outcome) {
        core::ModelRow made = model;
        made.index = outcome.index;
        return stored(to_json(made), 201, made.id);
    };
    return write;
}

Result<Response> list_models(Call& call) {
    Faults faults;
    Fields(call.query, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    db::Listed<core::ModelRow> listed;
    listed.rows = call.read("list_models", [](db::Tx& tx) { return db::list_models(tx); });
    return list_response(
        listed, [](const core::ModelRow& row) { return to_json(row); },
        [](const core::ModelRow& row) { return row.id; });
}

Result<Write> create_market(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    matching::MarketRules rules;
    rules.key = fields.need("market", matching::parse_market_key).value_or(matching::MarketKey{});
    rules.grid = read_duration(fields, "grid", rules.grid, 1);
    const auto tick = fields.find("tick", parse_price);
    check_positive(fields, "tick", tick);
    rules.tick = tick.value_or(rules.tick);
    rules.max_lots =
        Lots(fields.find_integer("max_lots", 1, 1'000'000'000).value_or(rules.max_lots.value));
    rules.max_ahead = read_duration(fields, "max_ahead", rules.max_ahead, 3'600);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::DefineMarket{rules};
    write.respond = [rules](const core::CommandOutcome& outcome) {
        const core::MarketRow made{rules, outcome.index};
        return stored(to_json(made), 201, matching::to_string(rules.key));
    };
    return write;
}

Result<Response> list_markets(Call& call) {
    Faults faults;
    Fields(call.query, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    db::Listed<core::MarketRow> listed;
    listed.rows = call.read("list_markets", [](db::Tx& tx) { return db::list_markets(tx); });
    return list_response(
        listed, [](const core::MarketRow& row) { return to_json(row); },
        [](const core::MarketRow& row) { return matching::to_string(row.rules.key); });
}

namespace {

// {"standard":[{"below_ppm":995000,"credit_ppm":100000}, …], …}
core::Grades read_grades(Fields& fields) {
    const settlement::ServiceGrade standard = settlement::standard_grade();
    core::Grades grades{{standard.name, standard.steps}};
    const Json* object = fields.find_object("grades");
    if (object == nullptr) return grades;
    grades.clear();
    Fields inner(*object, fields.faults(), fields.pointer_of("grades"));
    for (const auto& item : object->items()) {
        const Json* steps = inner.find_array(item.key(), kMaxSteps);
        auto& grade = grades[item.key()];
        for (std::size_t i = 0; steps != nullptr && i < steps->size(); ++i) {
            Fields step((*steps)[i], fields.faults(),
                        inner.pointer_of(item.key() + "/" + std::to_string(i)));
            grade.push_back({Ppm(step.need_integer("below_ppm", 0, kPpm).value_or(0)),
                             Ppm(step.need_integer("credit_ppm", 0, kPpm).value_or(0))});
            step.finish();
        }
    }
    inner.finish();
    return grades;
}

// {"standard":[{"quantity":"rtt_p99_us","percentile_ppm":950000,
//               "steps":[{"beyond":20000,"credit_ppm":100000}, …]}, …], …}
core::Guarantees read_guarantees(Fields& fields) {
    core::Guarantees out;
    const Json* object = fields.find_object("guarantees");
    if (object == nullptr) return out;
    Fields inner(*object, fields.faults(), fields.pointer_of("guarantees"));
    for (const auto& item : object->items()) {
        const Json* list = inner.find_array(item.key(), kMaxGuarantees);
        for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
            Fields one((*list)[i], fields.faults(),
                       inner.pointer_of(item.key() + "/" + std::to_string(i)));
            settlement::Guarantee guarantee;
            guarantee.quantity = one.need("quantity", settlement::parse_quantity)
                                     .value_or(settlement::Quantity::kRttP50);
            guarantee.percentile = Ppm(one.need_integer("percentile_ppm", 1, kPpm).value_or(1));
            const Json* steps = one.need_array("steps", kMaxSteps);
            for (std::size_t at = 0; steps != nullptr && at < steps->size(); ++at) {
                Fields step((*steps)[at], fields.faults(),
                            one.pointer_of("steps/" + std::to_string(at)));
                guarantee.steps.push_back(
                    {step.need_integer("beyond", 0, kMostBeyond).value_or(0),
                     Ppm(step.need_integer("credit_ppm", 0, kPpm).value_or(0))});
                step.finish();
            }
            one.finish();
            out[item.key()].push_back(std::move(guarantee));
        }
    }
    inner.finish();
    return out;
}

// [{"kind":"buyer","tax_class":"university","service":"AI-FP16","rate_ppm":60000}, …]
std::vector<settlement::TaxRule> read_taxes(Fields& fields) {
    std::vector<settlement::TaxRule> out;
    const Json* list = fields.find_array("taxes", settlement::kMaxTaxRules);
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        Fields one((*list)[i], fields.faults(), fields.pointer_of("taxes/" + std::to_string(i)));
        settlement::TaxRule rule;
        rule.kind =
            one.need("kind", settlement::parse_tax_kind).value_or(settlement::TaxKind::kBuyer);
        rule.tax_class = one.find_text("tax_class", kMaxTaxClass);
        rule.service = one.find("service", parse_class);
        rule.rate = Ppm(one.need_integer("rate_ppm", 0, kPpm).value_or(0));
        one.finish();
        out.push_back(std::move(rule));
    }
    return out;
}

}  // namespace

Result<Write> create_schedule(Call& call) {
    Faults faults;
    Fields fields(call.body, faults);
    core::SetSchedule schedule;
    read_fees(fields, schedule.fees);
    read_metering(fields, schedule.metering);
    schedule.dispute_period = read_duration(fields, "dispute_period", schedule.dispute_period, 0);
    schedule.dispute_claim = read_duration(fields, "dispute_claim", schedule.dispute_claim, 1);
    schedule.dispute_rule = read_duration(fields, "dispute_rule", schedule.dispute_rule, 1);
    read_efficiency(fields, schedule.efficiency);
    if (const auto notice = fields.find("release_notice", parse_duration))
        schedule.release_notice = notice;
    schedule.grades = read_grades(fields);
    schedule.guarantees = read_guarantees(fields);
    schedule.taxes = read_taxes(fields);
    schedule.metered_minimum = Ppm(fields.find_integer("metered_minimum_ppm", 0, kPpm).value_or(0));
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = schedule;
    write.respond = [schedule](const core::CommandOutcome& outcome) {
        core::ScheduleRow made;
        made.fees = schedule.fees;
        made.metering = schedule.metering;
        made.dispute_period = schedule.dispute_period;
        made.dispute_claim = schedule.dispute_claim;
        made.dispute_rule = schedule.dispute_rule;
        made.efficiency = schedule.efficiency;
        made.release_notice = schedule.release_notice;
        made.metered_minimum = schedule.metered_minimum;
        made.grades = schedule.grades;
        made.guarantees = schedule.guarantees;
        made.taxes = schedule.taxes;
        made.index = outcome.index;
        Json body = to_json(made);
        body.erase("version");  // counted by the core; the list names it
        return stored(body, 201, "");
    };
    return write;
}

Result<Response> list_schedules(Call& call) {
    Faults faults;
    Fields(call.query, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    db::Listed<core::ScheduleRow> listed;
    listed.rows = call.read("list_schedules", [](db::Tx& tx) { return db::list_schedules(tx); });
    return list_response(
        listed, [](const core::ScheduleRow& row) { return to_json(row); },
        [](const core::ScheduleRow& row) { return std::to_string(row.version); });
}

}  // namespace suanpan::api
