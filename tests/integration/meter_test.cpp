// The metering agent against a real server: a lease measured to its end, through an outage of more
// than an hour of the sandbox's time, a restart of the meter and one of the server.

#include "apps/suanpan-meter/agent.hpp"
#include "apps/suanpan-meter/key_files.hpp"
#include "apps/suanpan-meter/simulated_source.hpp"
#include "base/time.hpp"
#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace suanpan::test {
namespace {

using meter::kMicro;

// Time passes when somebody waits; the sandbox's clock is moved with it.
class SandboxTime : public meter::Clock {
 public:
    explicit SandboxTime(Time start) { moment_ = {start.value * kMicro, kMicro, "boot"}; }
    meter::Moment now() override { return moment_; }
    bool wait_us(std::int64_t us) override {
        moment_.wall_us += us;
        moment_.awake_us += us;
        return true;
    }
    [[nodiscard]] Time time() const { return Time(moment_.wall_us / kMicro); }

 private:
    meter::Moment moment_;
};

// A meter of the provider on a lease of two lots, 02:00 to 04:00.
class MeteredWorld {
 public:
    explicit MeteredWorld(ApiServer& server) : server_(server), world_(server) {
        Caller seller = server.caller(world_.provider.key);
        Caller buyer = server.caller(world_.buyer.key);
        expect(seller.post("/v1/orders", world_.sell(8, "5.000000")), 201);
        const Json bought = expect(buyer.post("/v1/orders", World::buy(2, "6.000000")), 201);
        lease_ = bought["fills"][0]["lease"];
        const auto key_file = dir_.path() / "meter.key";
        const PublicKey public_key = meter::make_meter_key(key_file).value();
        const Json registered = expect(
            seller.post("/v1/meters",
                        {{"role", "provider"}, {"public_key", to_base64(as_chars(public_key))}}),
            201);
        // A key that may submit readings and nothing else.
        const Json api_key =
            expect(world_.op.post("/v1/organisations/" + world_.provider.id + "/api-keys",
                                  {{"scopes", {"provider"}}, {"label", "meter"}}),
                   201);
        const auto api_file = dir_.path() / "api.key";
        std::ofstream(api_file) << api_key["secret"].get<std::string>() << '\n';
        ::chmod(api_file.c_str(), 0600);
        config_.api_key_file = api_file;
        config_.key_file = key_file;
        config_.meter = *parse_id<MeterId>(registered["id"].get<std::string>());
        config_.spool = dir_.path() / "spool";
        config_.leases.push_back({*parse_id<LeaseId>(lease_),
                                  Lots(2),
                                  {},
                                  meter::SourceKind::kSimulated,
                                  {},
                                  1,
                                  {},
                                  {}});
        keys_ = std::move(*meter::load_meter_keys(config_));
    }

    // With the server where it is now.
    // The lease is handed over and measured for twenty minutes.
    void begin() {
        start_meter();
        run_until("2026-01-01T02:00:10Z");
        move_server_clock();
        activate();
        run_until("2026-01-01T02:20:30Z");
        move_server_clock();
        run_until("2026-01-01T02:21:30Z");
    }
    void start_meter() {
        stop_meter();
        config_.server = *client::parse_url(server_.url());
        spools_.emplace(config_.spool, std::uint64_t{64} << 20U);
        agent_.emplace(
            config_, keys_, clock_, *spools_,
            [](const meter::LeaseConfig& lease) {
                meter::Sources out;
                out.push_back(std::make_unique<meter::SimulatedSource>(3, lease.lots));
                return out;
            },
            meter::Backoff([] { return 0U; }), [](std::string_view, const std::string&) {});
    }
    void stop_meter() {
        agent_.reset();
        spools_.reset();
    }

    void run_until(std::string_view time) {
        const Time until = *parse_time(time);
        while (clock_.time() < until)
            clock_.wait_us(std::max<std::int64_t>(agent_->step_us(), 1'000));
    }
    void move_server_clock() {
        expect(server_.operator_caller().post("/v1/sandbox/clock",
                                              {{"now", to_string(clock_.time())}}),
               200);
    }
    // The next key: registered for the meter at the server, named in its configuration, or alone.
    PublicKey make_next_key() {
        config_.next_key_file = dir_.path() / "next.key";
        return meter::make_meter_key(config_.next_key_file).value();
    }
    void rotate(const PublicKey& next) {
        Caller seller = server_.caller(world_.provider.key);
        expect(seller.post("/v1/meters/" + to_string(config_.meter) + ":rotate",
                           {{"public_key", to_base64(as_chars(next))}, {"overlap", "PT10M"}}),
               200);
    }
    void load_keys() { keys_ = std::move(*meter::load_meter_keys(config_)); }
    void forget_old_key() {
        config_.key_file = config_.next_key_file;
        config_.next_key_file.clear();
    }
    // Hands the lease over.
    void activate() {
        Caller seller = server_.caller(world_.provider.key);
        expect(seller.post("/v1/leases/" + lease_ + ":accept", Json::object()), 200);
        expect(seller.post("/v1/leases/" + lease_ + ":activate", Json::object()), 200);
    }
    Json readings() {
        Caller buyer = server_.caller(world_.buyer.key);
        return expect(buyer.get("/v1/readings?limit=200&lease=" + lease_), 200)["items"];
    }
    Json settle() {
        return expect(server_.operator_caller().post("/v1/settlement-runs", Json::object()), 201);
    }
    meter::Agent& agent() { return *agent_; }

 private:
    ApiServer& server_;
    World world_;
    support::TempDir dir_;
    std::string lease_;
    meter::Config config_;
    std::vector<SigningKey> keys_;
    SandboxTime clock_{*parse_time("2026-01-01T01:59:00Z")};
    std::optional<meter::SpoolFolder> spools_;
    std::optional<meter::Agent> agent_;
};

}  // namespace

TEST(Meter, DeliversAWholeLeaseThroughAnOutage) {
    ApiServer server;
    MeteredWorld metered(server);
    metered.begin();
    EXPECT_EQ(metered.readings().size(), 4U);

    server.kill();
    metered.run_until("2026-01-01T03:05:00Z");
    EXPECT_GE(metered.agent().waiting(), 8);
    metered.start_meter();
    metered.run_until("2026-01-01T03:40:00Z");
    server.start();
    metered.start_meter();
    metered.move_server_clock();
    metered.run_until("2026-01-01T03:41:00Z");
    EXPECT_EQ(metered.agent().waiting(), 0);

    metered.run_until("2026-01-01T04:00:30Z");
    metered.move_server_clock();
    metered.run_until("2026-01-01T04:02:00Z");
    EXPECT_EQ(metered.agent().waiting(), 0);
    const Json readings = metered.readings();
    ASSERT_EQ(readings.size(), 24U);
    // From the hand-over to the end, in order, without a gap, and nothing missing but the restarts.
    for (std::size_t i = 0; i < readings.size(); ++i) {
        EXPECT_EQ(readings[i]["seq"], std::to_string(i));
        EXPECT_EQ(readings[i]["gap"], false) << i;
    }
    EXPECT_EQ(readings[0]["window"]["start"], "2026-01-01T02:00:10Z");
    EXPECT_EQ(readings[23]["window"]["end"], "2026-01-01T04:00:00Z");
    EXPECT_EQ(readings[23]["lot_us"], std::to_string(std::int64_t{2} * (7'200 - 10) * kMicro));
    const Json run = metered.settle();
    EXPECT_EQ(run["totals"]["CNY"]["windows"], 2) << run.dump();
}

// The spool goes on under a new key: what waited when the key changed, and the chain behind it.
TEST(Meter, ChangesItsKeyWithoutLosingItsSpool) {
    ApiServer server;
    MeteredWorld metered(server);
    metered.begin();

    const PublicKey next = metered.make_next_key();
    server.kill();
    metered.run_until("2026-01-01T02:40:30Z");
    EXPECT_GT(metered.agent().waiting(), 0);
    metered.stop_meter();
    metered.load_keys();
    server.start();
    metered.start_meter();
    metered.move_server_clock();
    metered.run_until("2026-01-01T02:41:00Z");
    EXPECT_EQ(metered.agent().waiting(), 0) << "signed with both, and the old one is in force";
    metered.rotate(next);
    metered.run_until("2026-01-01T03:00:30Z");
    metered.move_server_clock();
    metered.run_until("2026-01-01T03:01:30Z");
    EXPECT_EQ(metered.agent().waiting(), 0) << "the overlap is over";
    metered.forget_old_key();
    metered.stop_meter();
    metered.load_keys();
    metered.start_meter();
    metered.run_until("2026-01-01T04:00:30Z");
    metered.move_server_clock();
    metered.run_until("2026-01-01T04:02:00Z");
    EXPECT_EQ(metered.agent().waiting(), 0);
    const Json readings = metered.readings();
    ASSERT_FALSE(readings.empty());
    for (std::size_t i = 0; i < readings.size(); ++i) {
        EXPECT_EQ(readings[i]["seq"], std::to_string(i));
        EXPECT_EQ(readings[i]["gap"], false) << i;
        EXPECT_EQ(readings[i]["role"], "provider");
    }
    EXPECT_EQ(readings[readings.size() - 1]["window"]["end"], "2026-01-01T04:00:00Z");
    const Json run = metered.settle();
    EXPECT_EQ(run["totals"]["CNY"]["windows"], 2) << run.dump();
}

}  // namespace suanpan::test
