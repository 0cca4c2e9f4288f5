#include "apps/suanpan-demo/day_report.hpp"

#include "apps/suanpan-demo/cast.hpp"
#include "apps/suanpan-demo/member.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace suanpan::demo {
namespace {

constexpr std::int64_t kGigaPerPeta = 1'000'000;

void heading(std::string_view text) {
    fmt::print("\n{}\n", text);
}

// "1,234.5" P from 10^9.
std::string peta(std::int64_t giga) {
    return with_commas(giga / kGigaPerPeta) + "." +
           std::to_string(giga % kGigaPerPeta * 10 / kGigaPerPeta);
}

void print_capacity(const DayReport& report, const World& world) {
    struct Sum {
        std::int64_t pools = 0;
        std::int64_t lots = 0;
        std::int64_t peak = 0;
        std::int64_t nominal = 0;  // 10^9
    };
    std::map<std::pair<std::string, std::string>, Sum> sums;
    Sum all;
    for (const Json& pool : report.listed) {
        Sum& sum = sums[{text_of(pool, "market"), text_of(pool, "hub")}];
        for (Sum* one : {&sum, &all}) {
            const auto lots = pool.at("lots").get<std::int64_t>();
            one->pools += 1;
            one->lots += lots;
            one->peak += pool.at("capacity_gf").get<std::int64_t>();
            one->nominal += lots * pool.at("rate_mcu").get<std::int64_t>();
        }
    }
    heading("Capacity listed (PFLOPS, dense peak as published; nominal = what is sold)");
    fmt::print("  {:<14}{:<16}{:>6}{:>9}{:>12}{:>12}\n", "market", "hub", "pools", "lots", "peak",
               "nominal");
    for (const auto& [key, sum] : sums) {
        fmt::print("  {:<14}{:<16}{:>6}{:>9}{:>12}{:>12}\n", key.first, key.second, sum.pools,
                   with_commas(sum.lots), peta(sum.peak), peta(sum.nominal));
    }
    fmt::print("  {:<30}{:>6}{:>9}{:>12}{:>12}\n", "all", all.pools, with_commas(all.lots),
               peta(all.peak), peta(all.nominal));
    fmt::print("  Not listed, because not built yet: {} P of {} centres\n",
               with_commas(world.not_built_p), world.not_built.size());
    for (const std::string& centre : world.not_built)
        fmt::print("    {}\n", centre);
    fmt::print("  Devices, prices, round trips and PUE are assumed (seed/README.md).\n");
}

void print_orders(const DayReport& report) {
    std::map<std::string, std::map<std::string, std::int64_t>> kinds;
    std::map<std::string, std::int64_t> refused;
    for (const Json& buyer : report.buyers) {
        for (const auto& [kind, states] : buyer.at("kinds").items()) {
            for (const auto& [state, count] : states.items())
                kinds[kind][state] += count.get<std::int64_t>();
        }
        for (const auto& [code, count] : buyer.at("refused").items())
            refused[code] += count.get<std::int64_t>();
    }
    heading(fmt::format("Orders of buyers: {} placed, {} leases handed over", report.placed,
                        report.activated));
    for (const auto& [kind, states] : kinds) {
        std::string text;
        for (const auto& [state, count] : states)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, state);
        fmt::print("  {:<12}{}\n", kind, text);
    }
    for (const auto& [code, count] : refused)
        fmt::print("  refused     {} {}\n", count, code);
}

void print_unmet(const Json& unmet) {
    heading("An order that nobody could meet");
    if (!unmet.is_object()) return;
    fmt::print("  {} asks for {} lots with {}; it ends {}.\n", text_of(unmet, "buyer"),
               unmet.at("order").at("quantity").dump(), unmet.at("order").at("requirement").dump(),
               text_of(unmet, "state"));
    const Json& preview = unmet.at("preview");
    if (!preview.contains("why_not")) return;
    const Json& why = preview.at("why_not");
    fmt::print("  Why not: of {} lots on offer {} qualify.\n",
               with_commas(why.at("lots_listed").get<std::int64_t>()),
               with_commas(why.at("lots_eligible").get<std::int64_t>()));
    for (const Json& failed : why.at("failed_conditions")) {
        fmt::print("    {}: {} lots fail; nearest on offer {}\n", text_of(failed, "condition"),
                   with_commas(failed.at("lots_failing").get<std::int64_t>()),
                   text_of(failed, "nearest"));
    }
}

void print_trades(const DayReport& report) {
    heading("Trades");
    fmt::print("  {:<14}{:>8}{:>10}{:>26}{:>18}\n", "market", "trades", "lots",
               "CNY per CU·h, from–to", "value CNY");
    for (const auto& [market, figures] : report.trades) {
        fmt::print("  {:<14}{:>8}{:>10}{:>26}{:>18}\n", market, figures.trades,
                   with_commas(figures.lots),
                   to_string(figures.lowest) + "–" + to_string(figures.highest),
                   money_text(figures.value_micro));
    }
}

// East data, west computing: where the lots were bought, and at which mean price.
void print_places(const DayReport& report) {
    struct Place {
        std::int64_t trades = 0;
        Int128 value_micro = 0;
        Int128 mcu_s = 0;
    };
    std::map<std::string, std::string> hubs;
    for (const Json& pool : report.listed)
        hubs[text_of(pool, "pool")] = text_of(pool, "hub");
    std::map<std::string, Place> places;
    for (const Json& trade : report.all_trades) {
        if (text_of(trade, "market") != kAi) continue;
        Place& place = places[hubs.at(text_of(trade, "pool"))];
        const Time start = parse_time(text_of(trade.at("window"), "start")).value();
        const Time end = parse_time(text_of(trade.at("window"), "end")).value();
        place.trades += 1;
        place.value_micro += value_of(trade).value;
        place.mcu_s += Int128(trade.at("lots").get<std::int64_t>()) * (end.value - start.value) *
                       parse_rate(text_of(trade, "rate")).value().value;
    }
    heading(fmt::format("Where {} was bought", kAi));
    fmt::print("  {:<16}{:>8}{:>14}{:>22}\n", "hub", "trades", "CU·h", "mean CNY per CU·h");
    for (const auto& [hub, place] : places) {
        const Int128 price = place.value_micro * kMilli * kSecondsPerHour / place.mcu_s;
        fmt::print("  {:<16}{:>8}{:>14}{:>22}\n", hub, place.trades,
                   with_commas(cu_hours(place.mcu_s * 1'000'000)),
                   to_string(Price(narrow(price).value())));
    }
}

void print_statement(const Json& statement, const std::map<std::string, std::string>& names) {
    const auto name = names.find(text_of(statement, "organisation"));
    fmt::print("  {}\n", name == names.end() ? text_of(statement, "organisation") : name->second);
    for (const auto& [currency, totals] : statement.at("totals").items()) {
        fmt::print("    {} billing windows, {} lot·h\n", totals.at("lines").dump(),
                   text_of(totals, "lot_hours"));
        if (text_of(totals, "paid") != "0.000000") {
            fmt::print("    bought {} + fees {} = paid {} {}\n", text_of(totals, "bought"),
                       text_of(totals, "buyer_fees"), text_of(totals, "paid"), currency);
        }
        if (text_of(totals, "sold") != "0.000000") {
            fmt::print("    sold {} − fees {}; own share by title {} {}\n", text_of(totals, "sold"),
                       text_of(totals, "provider_fees"), text_of(totals, "received"), currency);
        }
    }
    for (const Json& account : statement.at("accounts")) {
        fmt::print("    {:<12}{:>18} → {:>18}\n", text_of(account, "account"),
                   text_of(account, "opening"), text_of(account, "closing"));
    }
}

void print_statements(const DayReport& report) {
    heading("Statements");
    for (const Json& statement : report.statements)
        print_statement(statement, report.names);
}

void print_deals(const DayReport& report) {
    DeliveryFigures all;
    for (const auto& [market, figures] : report.delivery) {
        all.credited += figures.credited;
        all.credit_micro += figures.credit_micro;
        all.discount_micro += figures.discount_micro;
        all.voucher_micro += figures.voucher_micro;
    }
    heading("Taken off, unasked");
    fmt::print("  service credits   {:>12}  {} windows of {}, which had {}.{} % of what it sold\n",
               money_text(all.credit_micro), with_commas(all.credited), report.short_provider,
               kShortPpm / 10'000, kShortPpm / 1'000 % 10);
    fmt::print("  group discount    {:>12}  of a buying group with the centres of one hub\n",
               money_text(all.discount_micro));
    fmt::print("  vouchers          {:>12}  paid by {}; budget {}\n", money_text(all.voucher_micro),
               report.names.at(text_of(report.programme, "holder")),
               text_of(report.programme, "budget"));
}

void print_project(const DayReport& report) {
    const Json& order = report.overspent.at("order");
    const Json& budget = report.project.at("budgets").at(0);
    heading("A project with a budget");
    fmt::print("  {} of {}: budget {} {}, spent {}, held {}, left {}\n",
               text_of(report.project, "name"), text_of(report.overspent, "buyer"),
               text_of(budget, "limit"), text_of(budget, "currency"), text_of(budget, "spent"),
               text_of(budget, "held"), text_of(budget, "left"));
    fmt::print("  An order for it of {} lots at up to {}: {} {}\n", order.at("quantity").dump(),
               text_of(order, "limit_price"), text_of(report.overspent, "code"),
               text_of(report.overspent, "detail"));
}

std::string lot_hours(const Json& delivered) {
    const std::int64_t lot_us = parse_integer(text_of(delivered, "lot_us")).value();
    constexpr std::int64_t kLotHourMs = 3'600'000;
    const std::int64_t milli = lot_us / kLotHourMs;
    return fmt::format("{}.{:03}", milli / 1'000, milli % 1'000);
}

void print_disputes(const DayReport& report) {
    if (report.disputes.empty()) return;
    heading("Disputes: the meters of both sides do not agree");
    const Json& first = report.disputes.front();
    fmt::print("  {} and {}, lot·h of one lease\n", report.names.at(text_of(first, "buyer")),
               report.names.at(text_of(first, "provider")));
    fmt::print("  {:<22}{:>10}{:>10}{:>10}  {:<9}{:>16}\n", "window", "buyer", "provider", "counts",
               "end", "correction");
    for (const Json& dispute : report.disputes) {
        const bool corrected = dispute.contains("correction");
        fmt::print("  {:<22}{:>10}{:>10}{:>10}  {:<9}{:>16}\n",
                   text_of(dispute.at("window"), "start"), lot_hours(dispute.at("final")),
                   lot_hours(dispute.at("claimed")),
                   dispute.contains("result") ? lot_hours(dispute.at("result")) : "",
                   text_of(dispute, "state"),
                   corrected ? text_of(dispute.at("correction"), "amount") : "");
    }
    fmt::print(
        "  What is ruled by an arbiter or agreed is posted as a correction; what the provider"
        "\n  does not claim in time goes back to the buyer.\n");
}

}  // namespace

void print_delivery(const std::vector<Json>& runs,
                    const std::map<std::string, DeliveryFigures>& delivery) {
    heading("Delivered and settled");
    for (const auto& [market, figures] : delivery) {
        fmt::print("  {:<14}{} CU·h in {} billing windows\n", market,
                   with_commas(cu_hours(figures.mcu_us)), with_commas(figures.lines));
    }
    const RunSums sums = sum_runs(runs);
    fmt::print("  {}: sold {}, buyers pay {}, providers get {}, fees {}\n", kCurrency,
               money_text(sums.sale.value), money_text(sums.buyer_pays.value),
               money_text(sums.provider_gets.value), money_text(sums.fees.value));
    fmt::print("  {} settlement run(s); each of them again posted nothing.\n", runs.size());
}

void print_audit(const AuditResult& verify, const AuditResult& replay, const Json& digest,
                 std::int64_t log_size) {
    heading("Audit");
    fmt::print("{}\n{}\n", verify.text, replay.text);
    fmt::print("  Ledger: {} entries. Memory equals database: {}.\n", with_commas(log_size),
               text_of(digest, "memory").substr(0, 16));
    for (const Json& sums : digest.at("sums")) {
        fmt::print("  {} accounts in {} sum to {} in memory and {} in the database\n",
                   sums.at("accounts").dump(), text_of(sums, "currency"),
                   text_of(sums, "memory_micro"), text_of(sums, "balances_micro"));
    }
    const bool good = verify.passed && replay.passed;
    fmt::print("  Verdict: {}\n",
               good ? "every entry, trade and cent holds" : "THE AUDIT FOUND A FAULT");
}

void print_steps(const std::vector<StepTime>& steps) {
    std::int64_t all = 0;
    for (const StepTime& step : steps)
        all += step.ms;
    heading(fmt::format("{} steps took {} in all", steps.size(), seconds_text(all)));
}

void print_report(const DayReport& report, const World& world, const std::vector<StepTime>& steps) {
    print_capacity(report, world);
    print_orders(report);
    print_unmet(report.unmet);
    print_trades(report);
    print_places(report);
    fmt::print("\n  Readings: {} signed, {} accepted, {} refused\n",
               with_commas(report.readings.sent), with_commas(report.readings.accepted),
               with_commas(report.readings.refused));
    print_delivery(report.runs, report.delivery);
    print_deals(report);
    print_project(report);
    print_disputes(report);
    print_statements(report);
    print_audit(report.verify, report.replay, report.digest, report.log_size);
    print_steps(steps);
}

}  // namespace suanpan::demo
