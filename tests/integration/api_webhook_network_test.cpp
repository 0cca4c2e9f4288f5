// What webhooks may reach, over which they go, and what the guide says of their signatures.

#include "support/files.hpp"
#include "support/wait.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/certificate.hpp"
#include "tests/integration/webhook_receiver.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::test {
namespace {

// The outcome of a test event: the delivery once it has been tried.
Json tried(Caller& caller, const std::string& webhook) {
    const std::string path = "/v1/webhooks/" + webhook;
    expect(caller.post(path + ":test", Json::object()), 201);
    Json last;
    const bool known = support::wait_until(200, std::chrono::milliseconds(100), [&] {
        last = expect(caller.get(path + "/deliveries"), 200)["items"].back();
        return last["tries"] > 0;
    });
    if (!known) throw std::runtime_error("the webhook was never tried");
    return last;
}

std::string make(Caller& caller, const std::string& url) {
    return expect(caller.post("/v1/webhooks", {{"url", url}, {"events", {"*"}}}), 201)["id"];
}

int run_shell(const std::string& command, const std::filesystem::path& output) {
    support::ChildProcess::Options options;
    options.program = "/bin/bash";
    options.arguments = {"-euc", command};
    options.output = output;
    support::ChildProcess shell(options);
    return shell.wait(std::chrono::seconds(60)).value_or(-1);
}

TEST(ApiWebhookNetwork, NothingThatOnlyTheServerReachesCanBeNamed) {
    const ApiServer server;
    const WebhookReceiver receiver;
    Caller op = server.operator_caller();
    const std::string port = receiver.url().substr(receiver.url().rfind(':'));
    const std::vector<std::string> refused_urls{receiver.url(),
                                                "https://127.0.0.1" + port,
                                                "https://[::1]" + port,
                                                "https://[::ffff:127.0.0.1]" + port,
                                                "https://localhost" + port,
                                                "https://169.254.169.254/latest/meta-data",
                                                "https://10.0.0.1/",
                                                "https://user:pass@portal.example/",
                                                "https://portal.example:22/",
                                                "http://portal.example/"};
    for (const std::string& url : refused_urls) {
        const Answer refused = op.post("/v1/webhooks", {{"url", url}, {"events", {"*"}}});
        ASSERT_EQ(refused.status, 422) << url;
        EXPECT_EQ(refused.body["errors"][0]["code"], "bad_url") << url;
    }
    // A name that is as good as any, until one asks where it leads: to this machine, as its hosts
    // file says, or nowhere.
    const Json failed = tried(op, make(op, "https://ip6-localhost" + port + "/hooks"));
    EXPECT_EQ(failed["state"], "pending");
    EXPECT_FALSE(failed.contains("last_status"));
    const std::string problem = failed["last_problem"];
    EXPECT_TRUE(problem.find("public Internet") != std::string::npos ||
                problem.find("leads nowhere") != std::string::npos)
        << problem;
    EXPECT_TRUE(receiver.all().empty());
}

TEST(ApiWebhookNetwork, ACertificateMustBeTheHosts) {
    const support::TempDir dir;
    const Certificate good = make_certificate(dir.path(), "good");
    const Certificate bad = make_certificate(dir.path(), "bad");
    ApiServer server({"--webhook-allow-private", "true"});
    server.stop();
    server.start({{"SSL_CERT_FILE", good.certificate.string()}});
    Caller op = server.operator_caller();
    WebhookReceiver trusted(wire::TlsFiles{good.certificate, good.key});
    const Json delivered = tried(op, make(op, trusted.url() + "/hooks"));
    EXPECT_EQ(delivered["state"], "delivered") << delivered.dump();
    EXPECT_EQ(trusted.all().size(), 1U);
    const WebhookReceiver stranger(wire::TlsFiles{bad.certificate, bad.key});
    const Json refused = tried(op, make(op, stranger.url() + "/hooks"));
    EXPECT_EQ(refused["state"], "pending") << refused.dump();
    EXPECT_NE(refused["last_problem"].get<std::string>().find("TLS"), std::string::npos);
    EXPECT_TRUE(stranger.all().empty());
}

// With another key nothing is signed any more, and nothing is sent unsigned.
TEST(ApiWebhookNetwork, ALostKeyHoldsEverythingUntilTheSecretIsRotated) {
    ApiServer server({"--webhook-allow-private", "true"});
    WebhookReceiver receiver;
    Caller op = server.operator_caller();
    const std::string id = make(op, receiver.url());
    server.stop();
    std::filesystem::remove(server.data() / "webhooks.key");
    server.start();
    op = server.operator_caller();
    const std::string path = "/v1/webhooks/" + id;
    expect(op.post(path + ":test", Json::object()), 201);
    std::this_thread::sleep_for(std::chrono::seconds(3));
    EXPECT_TRUE(receiver.all().empty());
    EXPECT_NE(server.log().find("another key"), std::string::npos);
    const Json rotated = expect(op.post(path + ":rotate-secret", Json::object()), 200);
    EXPECT_FALSE(rotated.contains("former_secret_until"));
    EXPECT_EQ(receiver.wait_for(1, "webhook.test").size(), 1U);
}

std::string read_recipe() {
    const std::string guide = support::read_file(SUANPAN_SOURCE_DIR "/docs/api.md");
    const std::size_t section = guide.find("\n## Webhooks");
    const std::size_t begin = guide.find("```sh\n", section) + 6;
    return guide.substr(begin, guide.find("```", begin) - begin);
}

TEST(ApiWebhookNetwork, TheGuidesRecipeTellsGoodFromForged) {
    const ApiServer server({"--webhook-allow-private", "true"});
    WebhookReceiver receiver;
    Caller op = server.operator_caller();
    const Json webhook =
        expect(op.post("/v1/webhooks", {{"url", receiver.url()}, {"events", {"*"}}}), 201);
    const std::string path = "/v1/webhooks/" + webhook["id"].get<std::string>();
    const Json rotated = expect(op.post(path + ":rotate-secret", {{"overlap", "PT1H"}}), 200);
    expect(op.post(path + ":test", Json::object()), 201);
    const Told told = receiver.wait_for(1, "webhook.test").at(0);
    const support::TempDir dir;
    std::ofstream(dir.path() / "body") << told.body;
    std::ofstream(dir.path() / "recipe") << read_recipe();
    int runs = 0;
    const auto judge = [&](const std::string& secret, const std::string& id) {
        const auto output = dir.path() / ("output" + std::to_string(++runs));
        EXPECT_EQ(run_shell("cd " + dir.path().string() + "; SECRET='" + secret + "' ID='" + id +
                                "' TIMESTAMP='" + told.timestamp + "' SIGNATURE='" +
                                told.signature + "' bash ./recipe",
                            output),
                  0);
        return support::read_file(output);
    };
    EXPECT_EQ(judge(rotated["secret"], told.id), "good\n");
    EXPECT_EQ(judge(webhook["secret"], told.id), "good\n");
    EXPECT_EQ(judge(webhook["secret"], told.id + "x"), "forged\n");
    EXPECT_EQ(judge("whsec_" + std::string(43, 'A') + "=", told.id), "forged\n");
}

}  // namespace
}  // namespace suanpan::test
