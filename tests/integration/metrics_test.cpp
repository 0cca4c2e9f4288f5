// What the server tells of itself: figures for Prometheus, with the alerts and dashboards that read
// them, and its log.

#include "apps/openapi-page/yaml.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"
#include "tests/integration/certificate.hpp"
#include "tests/integration/promql.hpp"
#include "tests/integration/witness_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

namespace suanpan::test {
namespace {

using Names = std::set<std::string>;

std::string read_source(const std::string& path) {
    std::ifstream in(SUANPAN_SOURCE_DIR "/" + path);
    if (!in) throw std::runtime_error("no file " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Each with where it stands.
std::vector<std::pair<std::string, std::string>> alert_expressions() {
    std::vector<std::pair<std::string, std::string>> out;
    const Json rules = openapi::parse_yaml(read_source("deploy/prometheus/alerts.yml"));
    for (const Json& group : rules["groups"]) {
        for (const Json& rule : group["rules"])
            out.emplace_back(rule["alert"], rule["expr"]);
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> panel_expressions() {
    std::vector<std::pair<std::string, std::string>> out;
    for (const char* board : {"server", "market"}) {
        const std::string path =
            std::string("deploy/grafana/dashboards/suanpan-") + board + ".json";
        const auto parsed = parse_json(read_source(path));
        if (!parsed) throw std::runtime_error(path + ": " + parsed.error().detail());
        for (const Json& panel : (*parsed)["panels"]) {
            if (!panel.contains("targets")) continue;
            for (const Json& target : panel["targets"])
                out.emplace_back(panel["title"], target["expr"]);
        }
    }
    return out;
}

// A sample's value; nothing when it is not there.
std::optional<std::string> value_of(const std::string& text, const std::string& sample) {
    const std::size_t at = ("\n" + text).find("\n" + sample + " ");
    if (at == std::string::npos) return std::nullopt;
    const std::size_t begin = at + sample.size() + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
}

// A market that has everything that has figures: TLS, a witness, a trade, a lease with readings.
class MetricsTest : public testing::Test {
 protected:
    MetricsTest() {
        std::ofstream(dir_.path() / "policy") << policy_text({&witness_}, 1);
        server_ = std::make_unique<ApiServer>(std::vector<std::string>{
            "--tls-certificate", certificate_.certificate.string(), "--tls-key",
            certificate_.key.string(), "--policy", (dir_.path() / "policy").string()});
        Caller op = server_->operator_caller();
        witness_.trust(ledger::parse_verifier_key(log_key(op)).value());
        world_ = std::make_unique<World>(*server_);
    }

    // The lease of two lots that were sold for two hours.
    std::string trade() {
        Caller seller = server_->caller(world_->provider.key);
        Caller buyer = server_->caller(world_->buyer.key);
        expect(seller.post("/v1/orders", world_->sell(8, "5.000000")), 201);
        const Json bought = expect(buyer.post("/v1/orders", World::buy(2, "5.000000")), 201);
        return expect(buyer.get("/v1/leases"), 200)["items"].at(0)["id"];
    }

    std::string read() { return server_->operator_caller().get("/metrics").text; }

    // The database's figures are read at the start, and every fifteen seconds.
    std::string read_fresh() {
        EXPECT_EQ(server_->stop(), 0);
        server_->start();
        std::string text;
        for (int i = 0; i < 400; ++i) {
            text = read();
            if (value_of(text, "suanpan_figures_age_seconds") != "-1") break;
            std::this_thread::sleep_for(std::chrono::milliseconds(25));
        }
        return text;
    }

    support::TempDir dir_;
    Certificate certificate_ = make_certificate(dir_.path(), "server");
    Trust trust_{certificate_.certificate};
    WitnessServer witness_{"w.example", 41};
    std::unique_ptr<ApiServer> server_;
    std::unique_ptr<World> world_;
};

}  // namespace

TEST(Promql, SeriesAreWhatIsNoFunctionKeywordLabelOrNumber) {
    EXPECT_EQ(series_of("sum by (job, le) (rate(a_bucket{x=~\"b|c\", y=\"up\"}[5m])) / 2e9 > 0.01"),
              Names{"a_bucket"});
    EXPECT_EQ(series_of("max by (job) (up{job=\"s\"}) == 0"), Names{"up"});
    EXPECT_EQ(series_of("a < 2e9 or predict_linear(b[6h], 3 * 86400) < 0"), (Names{"a", "b"}));
    EXPECT_EQ(series_of("c - time() < 14 * 86400 and on (job) d offset 5m"), (Names{"c", "d"}));
}

TEST_F(MetricsTest, EveryFigureOfAnAlertOrAPanelIsThere) {
    trade();
    Names there = samples_of(read());
    there.merge(samples_of(read_fresh()));
    there.insert("up");  // Prometheus itself says it
    auto expressions = alert_expressions();
    EXPECT_GT(expressions.size(), 20U);
    std::ranges::copy(panel_expressions(), std::back_inserter(expressions));
    EXPECT_GT(expressions.size(), 60U);
    for (const auto& [where, expression] : expressions) {
        const Names read = series_of(expression);
        EXPECT_FALSE(read.empty()) << where;
        for (const std::string& name : read)
            EXPECT_TRUE(there.contains(name)) << where << " reads " << name;
    }
}

TEST_F(MetricsTest, EachFigureIsExplainedAndNoneIsMadeUp) {
    trade();
    Names there = samples_of(read());
    there.merge(samples_of(read_fresh()));
    Names families;
    for (std::string name : there) {
        for (const char* suffix : {"_bucket", "_sum", "_count"}) {
            const bool part =
                name.ends_with(suffix) &&
                there.contains(name.substr(0, name.size() - std::string_view(suffix).size()) +
                               "_bucket");
            if (part) name.resize(name.size() - std::string_view(suffix).size());
        }
        families.insert(name);
    }
    const std::string page = read_source("docs/operator.md");
    for (const std::string& name : families)
        EXPECT_NE(page.find("`" + name + "`"), std::string::npos) << name;
    static const std::regex kNamed("`((?:suanpan|process)_[a-z_]+)`");
    for (std::sregex_iterator found(page.begin(), page.end(), kNamed), end; found != end; ++found)
        EXPECT_TRUE(families.contains((*found)[1].str())) << (*found)[1].str();
}

TEST_F(MetricsTest, TellWhatTheMarketDoes) {
    const std::string lease = trade();
    Caller op = server_->operator_caller();
    Caller seller = server_->caller(world_->provider.key);
    deliver(op, seller, lease);
    const std::string ran = read();
    EXPECT_EQ(value_of(ran, "suanpan_trades_total{market=\"AI-FP16/CNY\"}"), "1");
    EXPECT_EQ(value_of(ran, "suanpan_traded_lots_total{market=\"AI-FP16/CNY\"}"), "2");
    EXPECT_NE(value_of(ran, "suanpan_readings_stored_total"), "0");
    EXPECT_EQ(value_of(ran, "suanpan_core_leading"), "1");
    EXPECT_EQ(value_of(ran, "suanpan_core_batch_commands_count"),
              value_of(ran, "suanpan_core_batches"));
    EXPECT_EQ(value_of(ran, "suanpan_core_batch_commands_sum"),
              value_of(ran, "suanpan_core_commands"));
    EXPECT_EQ(value_of(ran, "suanpan_core_commit_seconds_count"),
              value_of(ran, "suanpan_core_batches"));
    EXPECT_EQ(value_of(ran, "suanpan_http_requests_total{route=\"/v1/pools\",status=\"201\"}"),
              "1");
    wait_published(op);
    const std::string fresh = read_fresh();
    EXPECT_EQ(value_of(fresh, "suanpan_open_orders{market=\"AI-FP16/CNY\",side=\"sell\"}"), "1");
    EXPECT_EQ(value_of(fresh, "suanpan_open_leases{state=\"active\"}"), "0");
    EXPECT_EQ(value_of(fresh, "suanpan_open_leases{state=\"completed\"}"), "1");
    EXPECT_EQ(value_of(fresh, "suanpan_accounts_sum_micro{currency=\"CNY\"}"), "0");
    EXPECT_EQ(value_of(fresh, "suanpan_accounts_below_zero"), "0");
    EXPECT_NE(value_of(fresh, "suanpan_settlement_waiting_windows"), "0");
    EXPECT_EQ(value_of(fresh, "suanpan_witness_answers{witness=\"w1\"}"), "1");
    EXPECT_NE(value_of(fresh, "suanpan_tls_certificate_expires_seconds"), std::nullopt);
}

// They tell what trades where, and Prometheus has no key that could be asked for.
TEST(Metrics, AreForTheOperatorsNetworksOnly) {
    const ApiServer server({"--metrics-from", "10.0.0.0/8 2001:db8::/32"});
    Caller nobody = server.caller("");
    const Answer refused = nobody.get("/metrics");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.code(), "forbidden");
    EXPECT_EQ(nobody.get("/healthz").status, 200);
}

TEST(ServerLog, EachRequestIsALineOfJsonWithItsId) {
    const ApiServer server({"--log-level", "info"});
    client::HttpRequest request;
    request.target = "/v1/organisations?limit=1";
    request.headers.emplace_back("X-Request-Id", "trace-4711");
    const Answer answer = server.operator_caller().send(request);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("x-request-id"), "trace-4711");
    Json found;
    for (int i = 0; i < 100 && found.is_null(); ++i) {
        std::istringstream lines(server.log());
        for (std::string line; std::getline(lines, line);) {
            if (!line.starts_with('{')) continue;  // what it says to who started it
            const auto parsed = parse_json(line);
            ASSERT_TRUE(parsed) << line;
            EXPECT_TRUE(parsed->contains("time")) << line;
            EXPECT_TRUE(parsed->contains("level")) << line;
            if (parsed->value("id", "") == "trace-4711") found = *parsed;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ASSERT_FALSE(found.is_null()) << server.log();
    EXPECT_EQ(found["event"], "request");
    EXPECT_EQ(found["method"], "GET");
    EXPECT_EQ(found["path"], "/v1/organisations");
    EXPECT_EQ(found["status"], 200);
    EXPECT_TRUE(found["organisation"].is_string());
    EXPECT_EQ(server.log().find("sk_"), std::string::npos) << "no key is ever logged";
}

}  // namespace suanpan::test
