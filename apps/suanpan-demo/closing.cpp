#include "apps/suanpan-demo/closing.hpp"

#include "apps/suanpan-demo/member.hpp"
#include "apps/suanpan-demo/world.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace suanpan::demo {
namespace {

constexpr int kPublishPolls = 600;  // of 50 ms

std::string market_of(const Json& row) {
    return text_of(row, "market");
}

Json run_settlement(Stage& stage) {
    const Finished run = stage.run({"suanpan", "--json", "settle", "run"});
    if (run.status != 0)
        throw std::runtime_error("settle run failed; see " + stage.path("tools.log"));
    return Json::parse(run.output);
}

// The second line of a checkpoint is the size of the log it covers.
std::int64_t checkpoint_size(const std::string& note) {
    const std::size_t first = note.find('\n');
    if (first == std::string::npos) return 0;
    const std::string rest = note.substr(first + 1);
    return parse_integer(rest.substr(0, rest.find('\n'))).value_or(0);
}

void write_secret(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text << '\n';
    ::chmod(path.c_str(), 0600);
}

}  // namespace

Json demo_schedule() {
    return {
        {"fees",
         {{"buyer_maker_ppm", 8'000},
          {"buyer_taker_ppm", 10'000},
          {"provider_maker_ppm", 10'000},
          {"provider_taker_ppm", 12'000}}},
        {"metering", {{"billing_window", "PT1H"}, {"deadline", "PT24H"}}},
        {"dispute_period", "P7D"},
        {"efficiency_ppm", {{"AI-FP16", 450'000}, {"HPC-FP64", 700'000}, {"GEN-FP32", 1'000'000}}}};
}

void open_market(Stage& stage, const std::vector<std::string_view>& markets) {
    const Finished imported = stage.run({"suanpan", "catalogue", "import"});
    if (imported.status != 0)
        throw std::runtime_error("catalogue import failed; see " + stage.path("tools.log"));
    client::Api& api = stage.operator_api();
    must(api.post("/v1/device-models", vcpu_model()), "vCPU model");
    for (const auto market : markets) {
        must(api.post("/v1/markets", {{"market", market}, {"grid", "PT1M"}, {"tick", "0.0001"}}),
             "market");
    }
    must(api.post("/v1/schedules", demo_schedule()), "schedule");
}

void deposit(Stage& stage, const std::string& organisation, const std::string& amount) {
    const Json asked = must(
        stage.first_officer().post(
            "/v1/accounts/" + organisation + "/deposits",
            {{"currency", kCurrency}, {"amount", amount}, {"reference", "demo opening balance"}}),
        "deposit");
    must(stage.second_officer().post(
             "/v1/cash-requests/" + asked.at("id").get<std::string>() + ":approve", Json::object()),
         "deposit's approval");
}

Json settle(Stage& stage) {
    const Json first = run_settlement(stage);
    // The same range again: the same run, and nothing posted.
    const Json body = {{"from", first.at("from")}, {"to", first.at("to")}};
    const Json second =
        must(stage.operator_api().post("/v1/settlement-runs", body), "settle again");
    if (second.at("totals") != first.at("totals") || second.at("id") != first.at("id"))
        throw std::runtime_error("settling the same range twice gave another result");
    return first;
}

std::int64_t wait_for_checkpoint(Stage& stage) {
    const Json digest = must(stage.operator_api().get("/v1/admin/digest"), "digest");
    const auto wanted = digest.at("log_size").get<std::int64_t>();
    for (int i = 0; i < kPublishPolls; ++i) {
        const auto note = stage.operator_api().text("/v1/ledger/checkpoint");
        if (note && checkpoint_size(*note) >= wanted) return checkpoint_size(*note);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    throw std::runtime_error("the checkpoint does not reach the log's end");
}

AuditResult audit(Stage& stage, const std::string& command, const std::string& auditor_key) {
    const std::string key_file = stage.path("log.key");
    const std::string token_file = stage.path("auditor.key");
    const auto key = stage.operator_api().text("/v1/ledger/key");
    if (!key) throw std::runtime_error("no verifier key: " + key.error().detail());
    write_secret(key_file, *key);
    write_secret(token_file, auditor_key);
    const Finished done = stage.run({"suanpan-audit", command, "--url", stage.url() + "/v1/ledger",
                                     "--key-file", key_file, "--token-file", token_file});
    return {done.status == 0, done.output};
}

Price per_cu(const Json& priced) {
    const Price price = parse_price(text_of(priced, "price")).value();
    if (text_of(priced, "price_unit") == "cu") return price;
    const Rate rate = parse_rate(text_of(priced, "rate")).value();
    return Price(narrow(Int128(price.value) * kMilli / rate.value).value());
}

Json read_trades(Stage& stage) {
    return must(stage.operator_api().list("/v1/trades"), "trades");
}

Money value_of(const Json& trade) {
    const Time start = parse_time(text_of(trade.at("window"), "start")).value();
    const Time end = parse_time(text_of(trade.at("window"), "end")).value();
    const Unit unit = text_of(trade, "price_unit") == "cu" ? Unit::kCu : Unit::kLot;
    const auto amount =
        exact_amount(parse_price(text_of(trade, "price")).value(), unit,
                     Lots(trade.at("lots").get<std::int64_t>()),
                     parse_rate(text_of(trade, "rate")).value(), Duration(end.value - start.value));
    return amount.value().floor().value();
}

std::map<std::string, TradeFigures> trade_figures(const Json& trades) {
    std::map<std::string, TradeFigures> out;
    for (const Json& trade : trades) {
        TradeFigures& figures = out[market_of(trade)];
        const Price price = per_cu(trade);
        if (figures.trades == 0 || price < figures.lowest) figures.lowest = price;
        if (price > figures.highest) figures.highest = price;
        figures.value_micro += value_of(trade).value;
        figures.lots += trade.at("lots").get<std::int64_t>();
        ++figures.trades;
    }
    return out;
}

namespace {

void add_lines(const Json& lines, std::map<std::string, DeliveryFigures>& out) {
    for (const Json& line : lines) {
        DeliveryFigures& figures = out[market_of(line)];
        const std::int64_t lot_us = parse_integer(text_of(line, "lot_us")).value();
        figures.mcu_us += Int128(lot_us) * parse_rate(text_of(line, "rate")).value().value;
        figures.lot_us += lot_us;
        const std::int64_t credit = parse_money(text_of(line, "credit")).value().value;
        figures.credited += credit > 0 ? 1 : 0;
        figures.credit_micro += credit;
        figures.discount_micro += parse_money(text_of(line, "discount")).value().value;
        figures.voucher_micro += parse_money(text_of(line, "voucher")).value().value;
        ++figures.lines;
    }
}

void add_money(Money& sum, const Json& totals, const char* name) {
    sum = add(sum, parse_money(text_of(totals, name)).value()).value();
}

}  // namespace

std::map<std::string, DeliveryFigures> read_delivery(Stage& stage, const std::vector<Json>& runs,
                                                     const std::vector<std::string>& buyers) {
    std::map<std::string, DeliveryFigures> out;
    for (const Json& run : runs) {
        for (const std::string& buyer : buyers) {
            const std::string target = client::with_query(
                "/v1/settlement-runs/" + text_of(run, "id") + "/lines", {{"organisation", buyer}});
            add_lines(must(stage.operator_api().get(target), "lines").at("items"), out);
        }
    }
    return out;
}

RunSums sum_runs(const std::vector<Json>& runs) {
    RunSums sums;
    for (const Json& run : runs) {
        sums.leases += run.at("leases").get<std::int64_t>();
        if (!run.at("totals").contains(kCurrency)) continue;
        const Json& totals = run.at("totals").at(std::string(kCurrency));
        sums.windows += totals.at("windows").get<std::int64_t>();
        add_money(sums.sale, totals, "sale");
        add_money(sums.buyer_pays, totals, "buyer_pays");
        add_money(sums.provider_gets, totals, "provider_gets");
        add_money(sums.fees, totals, "fees");
        add_money(sums.tax, totals, "tax");
    }
    return sums;
}

std::int64_t cu_hours(Int128 mcu_us) {
    return narrow(mcu_us / (Int128(kMilli) * kSecondsPerHour * 1'000'000)).value();
}

Json check_digest(Stage& stage) {
    Json digest = must(stage.operator_api().get("/v1/admin/digest"), "digest");
    if (!digest.at("equal").get<bool>())
        throw std::runtime_error("memory and database differ:\n" + digest.dump(2));
    for (const Json& sums : digest.at("sums")) {
        for (const auto& [name, value] : sums.items()) {
            if (name.ends_with("_micro") && value != "0")
                throw std::runtime_error("accounts do not sum to zero:\n" + sums.dump(2));
        }
    }
    return digest;
}

std::string money_text(Int128 micro) {
    const std::int64_t cents = narrow(micro / 10'000).value();
    std::string whole = std::to_string(cents / 100);
    for (std::size_t at = whole.size(); at > 3; at -= 3)
        whole.insert(at - 3, ",");
    return fmt::format("{}.{:02}", whole, cents % 100);
}

}  // namespace suanpan::demo
