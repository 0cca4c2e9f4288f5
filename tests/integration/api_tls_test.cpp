// The server with a certificate of its own.

#include "tests/integration/api_world.hpp"
#include "tests/integration/certificate.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace suanpan::test {
namespace {

// What clients of this process trust from now on.
void trust(const std::filesystem::path& certificate) {
    ::setenv("SSL_CERT_FILE", certificate.c_str(), 1);
}

class ApiTls : public testing::Test {
 protected:
    ~ApiTls() override { ::unsetenv("SSL_CERT_FILE"); }

    support::TempDir dir_;
    Certificate first_ = make_certificate(dir_.path(), "first");
    ApiServer server_{
        {"--tls-certificate", first_.certificate.string(), "--tls-key", first_.key.string()}};
};

TEST_F(ApiTls, ServesWhoTrustsItsCertificate) {
    trust(first_.certificate);
    Caller op = server_.operator_caller();
    EXPECT_EQ(op.get("/healthz").status, 200);
    const World world(server_);
    Caller seller = server_.caller(world.provider.key);
    expect(seller.post("/v1/orders", world.sell(8, "1.000000")), 201);
    EXPECT_EQ(expect(op.get("/v1/orders"), 200)["items"].size(), 1U);
    EXPECT_EQ(server_.stop(), 0);
}

TEST_F(ApiTls, WhoDoesNotTrustItSaysNothing) {
    trust(make_certificate(dir_.path(), "other").certificate);
    Caller op = server_.operator_caller();
    EXPECT_THROW(op.get("/healthz"), client::TransportError);
    // Nor is plain text answered.
    const std::string plain = "http" + server_.url().substr(5);
    EXPECT_THROW(Caller(plain, "").get("/healthz"), client::TransportError);
}

TEST_F(ApiTls, ARenewedCertificateIsTakenUp) {
    const Certificate second = make_certificate(dir_.path(), "second");
    trust(second.certificate);
    const auto works = [&] {
        try {
            return server_.operator_caller().get("/healthz").status == 200;
        } catch (const client::TransportError&) {
            return false;
        }
    };
    EXPECT_FALSE(works());
    std::ofstream(first_.key) << "half of a key";
    std::this_thread::sleep_for(std::chrono::milliseconds(2'500));
    trust(first_.certificate);
    EXPECT_TRUE(works()) << "files that cannot be used leave the one in use";
    std::filesystem::copy_file(second.key, first_.key,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(second.certificate, first_.certificate,
                               std::filesystem::copy_options::overwrite_existing);
    trust(second.certificate);
    bool taken_up = false;
    for (int i = 0; i < 40 && !taken_up; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
        taken_up = works();
    }
    EXPECT_TRUE(taken_up);
    EXPECT_NE(server_.log().find("stays in use"), std::string::npos);
}

}  // namespace
}  // namespace suanpan::test
