#include "api/metrics_market.hpp"

#include "api/json/verdict.hpp"
#include "core/rows.hpp"
#include "services/trading/commit_figures.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace suanpan::api {

namespace {

prometheus::Histogram::BucketBoundaries batch_bounds() {
    return {1, 2, 5, 10, 20, 50, 100, 200, 500, 1'000, 2'000};
}

prometheus::Histogram::BucketBoundaries commit_bounds() {
    return {0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5};
}

prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                                 const prometheus::Histogram::BucketBoundaries& bounds) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
}

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

MarketMetrics::MarketMetrics(prometheus::Registry& registry)
    : batch_commands_(histogram(registry, "suanpan_core_batch_commands", "Commands of one commit",
                                batch_bounds())),
      commit_seconds_(histogram(registry, "suanpan_core_commit_seconds",
                                "How long the database took for a commit", commit_bounds())),
      trades_(registry, "suanpan_trades_total", "Trades since the start"),
      traded_lots_(registry, "suanpan_traded_lots_total", "Lots traded since the start"),
      readings_stored_(counter(registry, "suanpan_readings_stored_total",
                               "Readings accepted into the log since the start")),
      gaps_(counter(registry, "suanpan_reading_gaps_total",
                    "Accepted readings that own to a gap before them")),
      lines_(counter(registry, "suanpan_settlement_lines_total",
                     "Settlement lines written since the start, corrections among them")),
      verdicts_(registry, "suanpan_reading_verdicts_total",
                "Readings that came in, by what became of them"),
      refused_envelopes_(registry, "suanpan_reading_envelopes_refused_total",
                         "Batches of readings that were refused as a whole, by the code"),
      witness_answers_(registry, "suanpan_witness_answers",
                       "1 when the witness cosigned when last asked"),
      witness_size_(registry, "suanpan_witness_size", "Log size that the witness cosigned last"),
      open_orders_(registry, "suanpan_open_orders", "Orders in the book"),
      open_leases_(registry, "suanpan_open_leases", "Leases with something still to come"),
      open_disputes_(registry, "suanpan_open_disputes", "Disputes that have not ended"),
      account_sums_(registry, "suanpan_accounts_sum_micro",
                    "Sum of all accounts of a currency: anything but 0 is a fault"),
      certificate_(prometheus::BuildGauge()
                       .Name("suanpan_tls_certificate_expires_seconds")
                       .Help("When the certificate in use expires, Unix time")
                       .Register(registry)) {
    // What has not happened yet is zero: an alert on a figure that is not there never fires.
    for (const char* verdict : {"accepted", "accepted_with_gap", "duplicate"})
        verdicts_.of({{"verdict", verdict}, {"code", ""}});
    for (const char* code : {"bad_signature", "unknown_meter", "revoked_meter"})
        refused_envelopes_.of({{"code", code}});
    for (const char* state : {"scheduled", "provisioning", "active"})
        open_leases_.set({{"state", state}}, 0);
    for (const char* state : {"opened", "evidence"})
        open_disputes_.set({{"state", state}}, 0);
}

void MarketMetrics::measured(const services::CommitFigures& commit) {
    batch_commands_.Observe(static_cast<double>(commit.commands));
    commit_seconds_.Observe(std::chrono::duration<double>(commit.took).count());
}

void MarketMetrics::committed(const core::Rows& changes) {
    for (const core::TradeRow& trade : changes.trades) {
        const prometheus::Labels labels{{"market", matching::to_string(trade.market)}};
        trades_.of(labels).Increment();
        traded_lots_.of(labels).Increment(static_cast<double>(trade.fill.lots.value));
    }
    readings_stored_.Increment(static_cast<double>(changes.readings.size()));
    gaps_.Increment(static_cast<double>(
        std::ranges::count_if(changes.readings, [](const auto& reading) { return reading.gap; })));
    lines_.Increment(static_cast<double>(changes.lines.size()));
}

void MarketMetrics::count_readings(const std::vector<settlement::ReadingVerdict>& verdicts) {
    std::map<std::pair<settlement::Verdict, std::string>, std::int64_t> counts;
    for (const settlement::ReadingVerdict& verdict : verdicts)
        ++counts[{verdict.verdict, verdict.code}];
    for (const auto& [what, count] : counts) {
        verdicts_.of({{"verdict", std::string(verdict_word(what.first))}, {"code", what.second}})
            .Increment(static_cast<double>(count));
    }
}

void MarketMetrics::count_refused_envelope(std::string_view code) {
    refused_envelopes_.of({{"code", std::string(code)}}).Increment();
}

void MarketMetrics::set(const Gauges& now) {
    for (const WitnessGauges& witness : now.witnesses) {
        witness_answers_.set({{"witness", witness.name}}, witness.answers ? 1 : 0);
        witness_size_.set({{"witness", witness.name}}, static_cast<double>(witness.size));
    }
    if (now.certificate_expires_s)
        certificate_.Add({}).Set(static_cast<double>(*now.certificate_expires_s));
    if (now.market) set_figures(*now.market);
}

void MarketMetrics::set_figures(const db::MarketFigures& figures) {
    open_orders_.clear();
    for (const auto& [place, count] : figures.open_orders) {
        open_orders_.set({{"market", place.first}, {"side", place.second}},
                         static_cast<double>(count));
    }
    open_leases_.clear();
    for (const auto& [state, count] : figures.open_leases)
        open_leases_.set({{"state", state}}, static_cast<double>(count));
    open_disputes_.clear();
    for (const auto& [state, count] : figures.open_disputes)
        open_disputes_.set({{"state", state}}, static_cast<double>(count));
    for (const auto& [currency, sum] : figures.account_sums)
        account_sums_.set({{"currency", currency}}, std::strtod(sum.c_str(), nullptr));
}

}  // namespace suanpan::api
