#include "apps/suanpan-meter/agent.hpp"

#include "apps/suanpan-meter/key_files.hpp"
#include "apps/suanpan-meter/simulated_source.hpp"
#include "support/temp_dir.hpp"
#include "tests/suanpan-meter/chain_world.hpp"
#include "tests/suanpan-meter/meter_server.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <vector>

namespace suanpan::meter {
namespace {

// Time passes when somebody waits.
class ManualClock : public Clock {
 public:
    Moment now() override { return moment_; }
    bool wait_us(std::int64_t us) override {
        moment_.wall_us += us;
        moment_.awake_us += us;
        return true;
    }
    Moment moment_ = moment_at(0);
};

class AgentAtWork : public testing::Test {
 protected:
    AgentAtWork() {
        const auto api_key = dir_.path() / "api.key";
        std::ofstream(api_key) << "sk_test\n";
        ::chmod(api_key.c_str(), 0600);
        config_.server = *client::parse_url("http://127.0.0.1:" + std::to_string(server_.port()));
        config_.api_key_file = api_key;
        config_.meter = some_meter();
        config_.spool = dir_.path() / "spool";
        config_.leases.push_back(
            {some_lease(), Lots(2), {}, SourceKind::kSimulated, {}, 1, {}, {}});
        start();
    }

    static std::vector<SigningKey> keys_of(const std::vector<Seed>& seeds) {
        std::vector<SigningKey> out;
        for (const Seed& seed : seeds)
            out.emplace_back(seed);
        return out;
    }
    void start() {
        spools_ = std::make_unique<SpoolFolder>(config_.spool, spool_bytes_);
        agent_ = std::make_unique<Agent>(
            config_, keys_, clock_, *spools_,
            [](const LeaseConfig& lease) {
                Sources out;
                out.push_back(std::make_unique<SimulatedSource>(1, lease.lots));
                return out;
            },
            Backoff([] { return 0U; }),
            [this](std::string_view, const std::string& text) { said_.push_back(text); });
    }
    void restart(bool clean) {
        if (clean) agent_->stop();
        agent_.reset();
        spools_.reset();
        start();
    }
    void run(std::int64_t seconds) {
        const std::int64_t until = clock_.moment_.awake_us + seconds * kMicro;
        while (clock_.moment_.awake_us < until) {
            server_.set_now(Time(clock_.moment_.wall_us / kMicro - server_behind_s_));
            const std::int64_t pause = agent_->step_us();
            clock_.wait_us(std::max<std::int64_t>(pause, 1'000));
        }
    }
    // Accepted ones, each once; no other result but those that are allowed.
    std::vector<settlement::Reading> accepted(const std::vector<std::string>& also = {}) {
        std::vector<settlement::Reading> out;
        for (const auto& taken : server_.taken()) {
            if (taken.result.starts_with("accepted")) out.push_back(taken.reading);
            const bool allowed =
                taken.result == "accepted" || std::ranges::find(also, taken.result) != also.end();
            EXPECT_TRUE(allowed) << taken.result;
        }
        return out;
    }
    const SpoolContent& spooled() { return spools_->chains().front()->content(); }

    support::TempDir dir_;
    std::vector<SigningKey> keys_ = keys_of({Seed{1, 2, 3}});
    MeterServer server_{{some_lease(), Lots(2), window_at(0, 36'000)}, keys_.front().public_key()};
    Config config_;
    ManualClock clock_;
    std::int64_t server_behind_s_ = 0;
    std::uint64_t spool_bytes_ = 64U << 20U;
    std::unique_ptr<SpoolFolder> spools_;
    std::unique_ptr<Agent> agent_;
    std::vector<std::string> said_;
};

TEST_F(AgentAtWork, MeasuresAndDeliversALeaseToItsEnd) {
    run(65);
    EXPECT_TRUE(server_.taken().empty());
    server_.activate(window_at(62, 3'700));
    run(4'000);
    const auto readings = accepted();
    ASSERT_EQ(readings.size(), 13U);
    EXPECT_EQ(readings.front().window, window_at(62, 300));
    EXPECT_EQ(readings.back().window, window_at(3'600, 3'700));
    EXPECT_EQ(readings.back().counters.lot_us, 2 * (3'700 - 62) * kMicro);
    for (const auto& reading : readings)
        EXPECT_FALSE(reading.estimated) << reading.seq;
    EXPECT_EQ(spooled().totals.accepted, 13);
    EXPECT_EQ(agent_->waiting(), 0);
}

TEST_F(AgentAtWork, AServerThatWasAwayForHoursGetsAllInOrder) {
    server_.activate(window_at(0, 36'000));
    run(700);
    server_.set_away(true);
    run(20'010);
    EXPECT_EQ(agent_->waiting(), 67);
    restart(false);
    run(100);
    server_.set_away(false);
    run(500);
    EXPECT_EQ(agent_->waiting(), 0);
    std::int64_t seq = 0;
    for (const auto& reading : accepted())
        EXPECT_EQ(reading.seq, seq++);
    EXPECT_EQ(seq, 71);
}

TEST_F(AgentAtWork, SendsTheSameBytesUntilItIsAnswered) {
    server_.activate(window_at(0, 36'000));
    server_.push_trouble({"close", "429 30", "503", "500", "close"});
    run(910);
    EXPECT_EQ(accepted().size(), 3U);
    EXPECT_EQ(agent_->waiting(), 0);
}

TEST_F(AgentAtWork, WaitsAsLongAsTheServerAsks) {
    server_.activate(window_at(0, 36'000));
    run(295);
    server_.push_trouble({"429 200"});
    run(190);
    EXPECT_TRUE(server_.taken().empty());
    run(60);
    EXPECT_EQ(accepted().size(), 1U);
}

TEST_F(AgentAtWork, MakesBatchesSmallerWhenTheyAreTooLarge) {
    server_.activate(window_at(0, 36'000));
    server_.set_away(true);
    run(15'000);
    server_.set_away(false);
    server_.set_most_readings(3);
    server_.push_trouble({"413", "413"});
    run(610);
    EXPECT_EQ(agent_->waiting(), 0);
    // One batch was cut in two while the next was taken, so that one came first.
    EXPECT_EQ(accepted({"accepted_with_gap"}).size(), 52U);
}

TEST_F(AgentAtWork, ARefusedReadingIsKeptWithItsReasonAndNotSentAgain) {
    // The server knows of an earlier end than what it told.
    server_.activate(window_at(0, 36'000));
    run(590);
    server_.set_away(true);
    run(1'000);
    server_.activate(window_at(0, 650));
    server_.set_away(false);
    run(400);
    const auto& content = spooled();
    EXPECT_TRUE(content.waiting.empty());
    EXPECT_EQ(content.totals.accepted, 2);
    EXPECT_EQ(content.totals.refused, 3);
    ASSERT_FALSE(content.refused.empty());
    EXPECT_EQ(content.refused.front().answer.code, "outside_active_time");
    const std::size_t before = server_.taken().size();
    run(1'000);
    EXPECT_EQ(server_.taken().size(), before);
}

TEST_F(AgentAtWork, WhatIsRefusedForNowIsSentAgainLater) {
    server_behind_s_ = 600;
    server_.activate(window_at(0, 36'000));
    run(700);
    EXPECT_TRUE(accepted({"refused"}).empty());
    EXPECT_EQ(agent_->waiting(), 2);
    run(400);
    EXPECT_EQ(accepted({"refused"}).size(), 2U);
    EXPECT_EQ(spooled().totals.refused, 0);
}

TEST_F(AgentAtWork, AfterALostSpoolItGoesOnWithoutContradictingItself) {
    server_.activate(window_at(0, 36'000));
    run(1'000);
    agent_.reset();
    spools_.reset();
    std::filesystem::remove_all(config_.spool);
    start();
    run(1'000);
    for (const auto& taken : server_.taken()) {
        if (taken.result == "refused")
            EXPECT_LT(taken.reading.window.start, Time(kBegin + 1'000));
        else
            EXPECT_NE(taken.result, "duplicate");
    }
    EXPECT_GE(accepted({"refused", "accepted_with_gap"}).size(), 5U);
    EXPECT_EQ(agent_->waiting(), 0);
}

TEST_F(AgentAtWork, ASpoolThatIsFullDelaysReadings) {
    agent_.reset();
    spools_.reset();
    spool_bytes_ = 110'000;
    start();
    server_.activate(window_at(0, 360'000));
    run(400);
    server_.set_away(true);
    run(30'000);
    const auto waited = agent_->waiting();
    EXPECT_LT(waited, 100);
    EXPECT_TRUE(std::ranges::any_of(said_, [](const std::string& text) {
        return text.find("the spool is full") != std::string::npos;
    }));
    server_.set_away(false);
    run(1'000);
    const auto readings = accepted();
    EXPECT_EQ(agent_->waiting(), 0);
    ASSERT_FALSE(readings.empty());
    // Nothing is lost: the counters go on, in longer windows.
    EXPECT_EQ(readings.back().counters.lot_us,
              2 * kMicro * (readings.back().window.end.value - kBegin));
    EXPECT_GE(readings.back().window.end, Time(kBegin + 31'200));
}

TEST_F(AgentAtWork, RestartsLoseNothing) {
    server_.activate(window_at(0, 36'000));
    for (int i = 0; i < 40; ++i) {
        run(70);
        restart(i % 2 == 0);
    }
    run(300);
    const auto readings = accepted();
    EXPECT_EQ(readings.back().counters.lot_us,
              2 * kMicro * (readings.back().window.end.value - kBegin));
}

// What waited under the old key was refused for good when the server knew the new one alone.
TEST_F(AgentAtWork, ANewKeyTakesTheSpoolWithIt) {
    server_.activate(window_at(0, 36'000));
    run(700);
    server_.set_away(true);
    run(600);
    const std::int64_t waiting = agent_->waiting();
    ASSERT_GT(waiting, 0);
    // Both keys are named; the server's rotation comes while the meter runs on.
    keys_ = keys_of({Seed{1, 2, 3}, Seed{4, 5, 6}});
    restart(true);
    EXPECT_EQ(agent_->waiting(), waiting);
    server_.set_away(false);
    run(700);
    EXPECT_EQ(agent_->waiting(), 0) << "the old key is still the server's";
    server_.set_key(keys_.back().public_key());
    run(600);
    keys_ = keys_of({Seed{4, 5, 6}});
    restart(true);
    run(700);
    EXPECT_EQ(agent_->waiting(), 0);
    const auto readings = accepted();
    for (std::size_t i = 0; i < readings.size(); ++i)
        EXPECT_EQ(readings[i].seq, static_cast<std::int64_t>(i)) << "one chain";
}

// A refusal for its key is no verdict on a reading: the owner can still put the right key in.
TEST_F(AgentAtWork, ReadingsUnderAKeyThatIsOverWaitForTheNextOne) {
    server_.activate(window_at(0, 36'000));
    run(400);
    const std::size_t before = accepted().size();
    server_.set_key(SigningKey(Seed{4, 5, 6}).public_key());
    server_.set_refusal("superseded_key");
    run(700);
    EXPECT_GT(agent_->waiting(), 0);
    EXPECT_EQ(spooled().totals.refused, 0);
    keys_ = keys_of({Seed{4, 5, 6}});
    restart(true);
    run(400);
    EXPECT_EQ(agent_->waiting(), 0);
    EXPECT_GT(accepted().size(), before);
}

}  // namespace
}  // namespace suanpan::meter
