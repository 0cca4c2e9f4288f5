// suanpand with witnesses that are HTTP servers: what is published carries their cosignatures, and
// missing ones delay publishing, never the market.

#include "ledger/checkpoint.hpp"
#include "ledger/policy.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"
#include "tests/integration/witness_server.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace suanpan::test {
namespace {

bool wait_for_state(Caller& caller, const std::string& state) {
    for (int i = 0; i < 400; ++i) {
        if (expect(caller.get("/v1/ledger"), 200)["state"] == state) return true;
        usleep(25'000);
    }
    return false;
}

TEST(WitnessesOverHttp, CosignAndDelayOnlyPublishing) {
    const support::TempDir dir;
    WitnessServer first("w1.example", 31);
    WitnessServer second("w2.example", 32);
    WitnessServer third("w3.example", 33);
    const std::string policy = policy_text({&first, &second, &third}, 2);
    const auto file = dir.path() / "policy";
    std::ofstream(file) << policy;
    ApiServer server({"--policy", file.string()});
    Caller nobody = server.caller("");
    // Nobody trusts the log yet: nothing is published, and the market runs all the same.
    EXPECT_TRUE(wait_for_state(nobody, "delayed"));
    const World world(server);
    EXPECT_EQ(nobody.get("/v1/ledger/checkpoint").status, 404);
    EXPECT_EQ(nobody.get("/readyz").body["status"], "publishing_delayed");
    EXPECT_NE(nobody.get("/metrics").text.find("suanpan_publisher_delayed 1"), std::string::npos);

    const auto log = ledger::parse_verifier_key(log_key(nobody));
    ASSERT_TRUE(log);
    first.trust(*log);
    second.trust(*log);
    Caller op = server.operator_caller();
    const std::int64_t size = wait_published(op);
    const auto opened =
        ledger::open_checkpoint(nobody.get("/v1/ledger/checkpoint").text, *log,
                                ledger::witness_keys(ledger::parse_policy(policy).value()));
    ASSERT_TRUE(opened) << opened.error().detail();
    EXPECT_EQ(opened->cosignatures.size(), 2U);
    EXPECT_TRUE(ledger::meets(*opened, ledger::parse_policy(policy).value()));
    EXPECT_EQ(first.state().size, static_cast<std::uint64_t>(size));
    const Json state = expect(nobody.get("/v1/ledger"), 200);
    EXPECT_EQ(state["witnesses_needed"], 2);
    EXPECT_EQ(state["witnesses"][0]["name"], "w1");
    EXPECT_EQ(state["witnesses"][0]["failing"], false);
    EXPECT_EQ(state["witnesses"][2]["failing"], true);
    EXPECT_FALSE(state["witnesses"][2].contains("time"));

    // One that is needed dies: orders are taken, publishing waits and says so.
    second.set_working(false);
    Caller buyer = server.caller(world.buyer.key);
    expect(buyer.post("/v1/orders", World::buy(1, "5.000000")), 201);
    EXPECT_TRUE(wait_for_state(nobody, "delayed"));
    EXPECT_EQ(expect(nobody.get("/v1/ledger"), 200)["reason"], "too_few_witnesses");
    expect(buyer.post("/v1/orders", World::buy(1, "5.100000")), 201);
    EXPECT_NE(server.log().find("too_few_witnesses"), std::string::npos);
    second.set_working(true);
    EXPECT_GT(wait_published(op), size);
    EXPECT_EQ(expect(nobody.get("/v1/ledger"), 200)["state"], "publishing");
}

TEST(WitnessesOverHttp, APolicyThatCannotBeUsedIsToldAtTheStart) {
    const support::TempDir dir;
    std::ofstream(dir.path() / "policy") << "witness w1 nonsense\nquorum w1\n";
    const auto told = [](const std::filesystem::path& file) -> std::string {
        try {
            const ApiServer server({"--policy", file.string()});
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "it started";
    };
    EXPECT_NE(told(dir.path() / "policy").find("cannot be used: line 1"), std::string::npos)
        << told(dir.path() / "policy");
    EXPECT_NE(told(dir.path() / "missing").find("there is no witness policy"), std::string::npos);
}

}  // namespace
}  // namespace suanpan::test
