#include "apps/suanpan-demo/day.hpp"

#include "apps/suanpan-demo/arbitration.hpp"
#include "apps/suanpan-demo/cast.hpp"
#include "apps/suanpan-demo/closing.hpp"
#include "apps/suanpan-demo/day_report.hpp"
#include "apps/suanpan-demo/demand.hpp"
#include "apps/suanpan-demo/member.hpp"
#include "apps/suanpan-demo/progress.hpp"
#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace suanpan::demo {
namespace {

constexpr Time kDay{1'781'481'600};  // 2026-06-15T00:00:00Z
constexpr std::int64_t kOrders = 300;
constexpr std::int64_t kSmallOrders = 60;
constexpr DayTimes kTimes{Time(kDay.value - 3'600), kDay, Time(kDay.value + 86'400),
                          Time(kDay.value + 108'000)};
constexpr DayTimes kSmallTimes{Time(kDay.value - 3'600), kDay, Time(kDay.value + 14'400),
                               Time(kDay.value + 21'600)};

// Until each has said so, a co-built centre is its provider's alone.
void confirm_titles(Stage& stage, const Cast& cast) {
    for (const Json& owner : cast.co_owners) {
        client::Api api = stage.api(text_of(owner, "key"));
        for (const Json& title : must(api.list("/v1/titles?waiting=true"), "titles to confirm")) {
            const std::string path = "/v1/pools/" + text_of(title, "pool") + "/titles/" +
                                     std::to_string(title.at("log_index").get<std::int64_t>());
            must(api.post(path + ":confirm", Json::object()), "title of " + text_of(owner, "name"));
        }
    }
}

Json list_capacity(Stage& stage, Cast& cast, const DayTimes& times) {
    Json listed = Json::array();
    const Json request = {
        {"do", "list"},
        {"titles", cast.titles},
        {"window", {{"start", to_string(times.open)}, {"end", to_string(times.last_end)}}}};
    for (const Json& answer : ask_all(cast.providers, request)) {
        for (const Json& pool : answer)
            listed.push_back(pool);
    }
    confirm_titles(stage, cast);
    stage.set_clock(times.open);
    return listed;
}

// One moment: leases that begin are handed over, what ran is measured, then orders come in.
void play_step(Stage& stage, Cast& cast, Time now, bool ordering, DayReport& report) {
    const std::string time = to_string(now);
    if (now > kDay) stage.set_clock(now);
    for (const Json& answer : ask_all(cast.providers, {{"do", "advance"}, {"now", time}}))
        report.activated += answer.at("activated").get<std::int64_t>();
    for (const Json& answer : ask_all(cast.meters, {{"do", "measure"}, {"now", time}})) {
        report.readings.sent += answer.at("sent").get<std::int64_t>();
        report.readings.accepted += answer.at("accepted").get<std::int64_t>();
        report.readings.refused += answer.at("refused").get<std::int64_t>();
    }
    if (!ordering) return;
    for (const Json& answer : ask_all(cast.buyers, {{"do", "order"}, {"now", time}}))
        report.placed += answer.at("placed").get<std::int64_t>();
}

void play_hours(Stage& stage, Cast& cast, const DayTimes& times, Progress& progress,
                DayReport& report) {
    progress.begin("market day");
    const Time noon(times.open.value + (times.close.value - times.open.value) / 2);
    for (Time now = times.open; now < times.close; now = Time(now.value + kDayStep.value)) {
        play_step(stage, cast, now, true, report);
        if (now == noon) {
            cast.buyers.front().ask({{"do", "ask"}, {"now", to_string(now)}});
            report.unmet = cast.buyers.front().answer();
            for (Json& answer :
                 ask_all(cast.buyers, {{"do", "overspend"}, {"now", to_string(now)}})) {
                if (!answer.empty()) report.overspent = std::move(answer);
            }
        }
        progress.note(fmt::format("{}: {} orders, {} leases begun, {} readings", to_string(now),
                                  report.placed, report.activated, report.readings.accepted));
    }
    progress.begin("leases run out");
    for (Time now = times.close; now <= times.last_end; now = Time(now.value + kDayStep.value)) {
        play_step(stage, cast, now, false, report);
        progress.note(fmt::format("{}: {} leases begun, {} readings", to_string(now),
                                  report.activated, report.readings.accepted));
    }
}

Json statement(Stage& stage, const std::string& organisation, const DayTimes& times) {
    const Finished done = stage.run(
        {"suanpan", "--json", "statement", "--from", to_string(times.listing), "--until",
         to_string(Time(times.last_end.value + 30 * 86'400)), "--organisation", organisation});
    if (done.status != 0) throw std::runtime_error("statement failed: " + done.output);
    return Json::parse(done.output);
}

// The one with most trades, apart from the one that is shown anyway.
std::string busiest_provider(const DayReport& report, const std::string& other) {
    std::map<std::string, std::int64_t> trades;
    for (const Json& trade : report.all_trades)
        ++trades[text_of(trade, "provider")];
    trades.erase(other);
    const auto most =
        std::ranges::max_element(trades, {}, [](const auto& one) { return one.second; });
    return most == trades.end() ? other : most->first;
}

void close_books(Stage& stage, Cast& cast, const DayTimes& times, Progress& progress,
                 DayReport& report) {
    progress.begin("settlement");
    report.runs.push_back(settle(stage));
    progress.begin("disputes");
    report.disputes = end_disputes(stage, cast, times.last_end);
    report.runs.push_back(settle(stage));
    progress.note(fmt::format("{} windows", report.disputes.size()));
    std::vector<std::string> ids;
    ids.reserve(cast.buyer_organisations.size());
    for (const Json& buyer : cast.buyer_organisations)
        ids.push_back(text_of(buyer, "id"));
    report.delivery = read_delivery(stage, report.runs, ids);
    report.all_trades = read_trades(stage);
    report.trades = trade_figures(report.all_trades);
    for (const Json& answer : ask_all(cast.buyers, {{"do", "result"}}))
        report.buyers.push_back(answer);
    client::Api funder = stage.api(text_of(cast.funder, "key"));
    report.project =
        must(stage.operator_api().get("/v1/projects/" + text_of(report.overspent, "project")),
             "project");
    report.programme = must(funder.get("/v1/voucher-programmes"), "programmes").at("items").at(0);
    for (const std::string& id :
         {text_of(cast.buyer_organisations.front(), "id"),
          busiest_provider(report, cast.short_provider), cast.short_provider, cast.co_owner})
        report.statements.push_back(statement(stage, id, times));
    report.names = cast.names;
    report.short_provider = cast.names.at(cast.short_provider);
    progress.begin("memory against database");
    report.digest = check_digest(stage);
    progress.begin("audit: checkpoint and entries");
    report.log_size = wait_for_checkpoint(stage);
    report.verify = audit(stage, "verify", cast.auditor_key);
    progress.begin("audit: replay");
    report.replay = audit(stage, "replay", cast.auditor_key);
    progress.end();
}

void keep_running(Stage& stage) {
    fmt::print(
        "\nIt keeps running:\n  server        {}\n  operator key  {}\n  try           "
        "SUANPAN_URL={} suanpan --key-file {} book {}\n",
        stage.url(), stage.path("data/operator.key"), stage.url(), stage.path("data/operator.key"),
        kAi);
    std::fflush(stdout);
    stage.leave_running();
}

}  // namespace

int play_day(const Settings& settings) {
    const DayTimes& times = settings.small ? kSmallTimes : kTimes;
    Progress progress;
    fmt::print("Suanpan: one market day, {}\n\n", to_string(times.open).substr(0, 10));
    progress.begin("database and server");
    Stage stage(settings, "day");
    stage.make_database();
    stage.start_server(times.listing);
    progress.begin("catalogue, markets, organisations");
    const World world = read_world();
    open_market(stage, {kAi, kHpc, kGeneral});
    Cast cast = assemble_cast(stage, world, times, settings.small ? kSmallOrders : kOrders);
    DayReport report;
    progress.begin("providers list capacity");
    report.listed = list_capacity(stage, cast, times);
    progress.note(
        fmt::format("{} pools of {} centres", report.listed.size(), world.centres.size()));
    play_hours(stage, cast, times, progress, report);
    close_books(stage, cast, times, progress, report);
    print_report(report, world, progress.steps());
    const bool good = report.verify.passed && report.replay.passed;
    if (good && settings.keep) keep_running(stage);
    return good ? 0 : 1;
}

}  // namespace suanpan::demo
