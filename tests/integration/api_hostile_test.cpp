// Who means harm: requests hidden in requests, crowds of idle connections, texts that want to be
// code.

#include "support/raw_connection.hpp"
#include "tests/integration/api_server.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/web_socket_client.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace suanpan::test {
namespace {

using support::RawConnection;

constexpr const char* kHidden = "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: hidden\r\n\r\n";

// A body that is another request, for a server that takes the first one to be shorter than it is.
std::string smuggled(const std::string& framing) {
    return "POST /v1/sites HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + framing +
           "\r\n" + kHidden;
}

TEST(ApiHostile, ARequestHidesNoOther) {
    ApiServer server;
    for (const std::string framing :
         {"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
          "Content-Length: 0\r\nContent-Length: 60\r\n",
          "Content-Length: 60\r\nContent-Length: 0\r\n",
          "Content-Length: 0, 60\r\n",
          "Content-Length: +0\r\n",
          "Content-Length: -1\r\n",
          "Content-Length: 0x10\r\n",
          "Content-Length: 18446744073709551616\r\n",
          "Content-Length: \r\n",
          "Content-Length : 0\r\n",
          "Content-Length\r\n",
          "Transfer-Encoding: xchunked\r\n",
          "Transfer-Encoding: identity\r\n",
          "Transfer-Encoding: chunked, identity\r\n",
          "Transfer-Encoding: gzip, chunked\r\n",
          "Transfer-Encoding: identity, chunked\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
          "Transfer-Encoding: \x0b"
          "chunked\r\n",
          "Transfer-Encoding : chunked\r\n",
          "Content-Length: 0\nTransfer-Encoding: chunked\r\n",
          "Content-Length: 0\rTransfer-Encoding: chunked\r\n",
          "X: a\nContent-Length: 0\r\n",
          "X: a\rContent-Length: 0\r\n",
          "Host: y\r\n"}) {
        RawConnection connection(server.url());
        connection.send(smuggled(framing));
        const std::string said = connection.read_to_end();
        EXPECT_TRUE(said.starts_with("HTTP/1.1 400")) << framing << said;
        EXPECT_EQ(said.find("hidden"), std::string::npos) << framing << said;
    }
}

TEST(ApiHostile, ChunksAreCountedExactly) {
    ApiServer server;
    const std::string head =
        "POST /v1/sites HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string chunks :
         {"-1\r\n", "0x2\r\n{}\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\n", "2\n{}\n0\n\n",
          " 2\r\n{}\r\n0\r\n\r\n", "2\r\n{}0\r\n\r\n", "g\r\n"}) {
        RawConnection connection(server.url());
        connection.send(head + chunks + kHidden);
        const std::string said = connection.read_to_end();
        EXPECT_TRUE(said.starts_with("HTTP/1.1 4")) << chunks << said;
        EXPECT_EQ(said.find("hidden"), std::string::npos) << chunks << said;
    }
}

TEST(ApiHostile, AHeaderIsBoundedAndNamesItsHost) {
    ApiServer server;
    const auto status = [&](const std::string& request) {
        RawConnection connection(server.url());
        connection.send(request);
        return connection.read_to_end().substr(9, 3);
    };
    EXPECT_EQ(status("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(100'000, 'a') +
                     "\r\n\r\n"),
              "431");
    std::string many = "GET /healthz HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 10'000; ++i)
        many += "X: y\r\n";
    EXPECT_EQ(status(many + "\r\n"), "431");
    EXPECT_EQ(status("GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), "431");
    EXPECT_EQ(status("GET /healthz HTTP/1.1\r\n\r\n"), "400");
    for (const char* host : {"a b", "a,b", "x@y", "x/y", "x?"})
        EXPECT_EQ(status("GET /healthz HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), "400")
            << host;
    // What a proxy is asked, a server takes too (RFC 9112 §3.2.2).
    EXPECT_EQ(status("GET http://x.example/healthz HTTP/1.1\r\nHost: x\r\n"
                     "Connection: close\r\n\r\n"),
              "200");
}

std::size_t raise_descriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

TEST(ApiHostile, TenThousandIdleConnectionsKeepNobodyOut) {
    const std::size_t crowd = std::min<std::size_t>(10'000, raise_descriptors() - 200);
    ASSERT_GT(crowd, 2'500U)
        << "allow more descriptors (ulimit -n): 2,000 connections are no crowd";
    ApiServer server;
    std::vector<std::unique_ptr<RawConnection>> held;
    std::size_t connected = 0;
    for (std::size_t i = 0; i < crowd; ++i) {
        held.push_back(std::make_unique<RawConnection>(server.url()));
        connected += held.back()->connected() ? 1U : 0U;
        if (i % 3 == 0) held.back()->send("POST /v1/orders HTTP/1.1\r\nHost:");
        if (i % 1'000 == 0) EXPECT_EQ(server.operator_caller().get("/v1/markets").status, 200);
    }
    EXPECT_EQ(connected, crowd);
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(server.operator_caller().get("/v1/markets").status, 200);
    RecordProperty("connections", static_cast<int>(connected));
    held.clear();
    EXPECT_EQ(server.stop(), 0) << server.log();
}

TEST(ApiHostile, TextsAreTexts) {
    ApiServer server;
    Caller op = server.operator_caller();
    std::size_t kept = 0;
    for (const std::string name :
         {"'; DROP TABLE orders; --", "$1", "\\'); DELETE FROM account_balance; --", "%s%n{}{0}",
          "\u202eevil", "a\nINFO {\"event\":\"forged\"}", "<script>alert(1)</script>", "\\u0000"}) {
        const Answer made =
            op.post("/v1/organisations", {{"name", name}, {"roles", Json::array({"buyer"})}});
        if (made.status != 201) {  // some are no names; they are refused, not mended
            EXPECT_EQ(made.status, 422) << name << made.text;
            continue;
        }
        const std::string target = "/v1/organisations/" + made.body["id"].get<std::string>();
        const Answer read = op.get(target);
        EXPECT_EQ(read.body["name"], name) << read.text;
        ++kept;
    }
    EXPECT_GE(kept, 6U);
    client::HttpRequest request;
    request.target = "/v1/orders?state=%27%20OR%201=1--%0aINFO%20forged";
    request.headers = {{"X-Request-Id", "x\" forged"}, {"traceparent", "00-forged"}};
    EXPECT_EQ(op.send(request).status, 422);
    EXPECT_EQ(op.get("/v1/admin/digest").status, 200);
    EXPECT_EQ(server.stop(), 0);
    std::istringstream lines(server.log());
    for (std::string line; std::getline(lines, line);)
        EXPECT_FALSE(line.starts_with("INFO")) << line;
}

TEST(ApiHostile, NumbersAndTimesAreWhatTheySay) {
    ApiServer server;
    World world(server);
    Caller buyer = server.caller(world.buyer.key);
    int sent = 0;
    const auto refused = [&](const std::string& body) {
        client::HttpRequest request;
        request.method = "POST";
        request.target = "/v1/orders";
        request.body = body;
        request.headers = {{"Content-Type", "application/json"},
                           {"Idempotency-Key", "n" + std::to_string(++sent)}};
        const Answer answer = buyer.send(request);
        EXPECT_TRUE(answer.code() == "invalid_request" || answer.code() == "bad_number")
            << body << answer.text;
    };
    const auto with = [](const std::string& member, const std::string& value) {
        Json order = World::buy(1, "6.000000");
        std::string text = order.dump();
        const std::string old = "\"" + member + "\":" + order[member].dump();
        const auto at = text.find(old);
        EXPECT_NE(at, std::string::npos) << member;
        return text.replace(at, old.size(), "\"" + member + "\":" + value);
    };
    for (const char* price :
         {"6", "6.0", "\"6.0000001\"", "\"0.0000000000000000000000000000000000000001\"", "\"1e3\"",
          "\"-0\"", "\"-1.000000\"", "\"+6.000000\"", "\"0x6\"", "\" 6.000000\"", "\"６.000000\"",
          "\"NaN\"", "\"99999999999999999999999999999999999999999\"", "null", "true", "[]"})
        refused(with("limit_price", price));
    for (const char* quantity :
         {"1.0", "1e0", "-0", "-1", "0", "9223372036854775808", "1e400", "\"\"", "null", "[1]"})
        refused(with("quantity", quantity));
    Json order = World::buy(1, "6.000000");
    for (const char* time :
         {"2026-02-30T00:00:00Z", "2026-01-01T24:00:01Z", "9999999-01-01T00:00:00Z", "2026-01-01",
          "0000-00-00T00:00:00Z", "2026-01-01T00:00:00+25:00", "now"}) {
        order["window"]["start"] = time;
        refused(order.dump());
    }
    EXPECT_TRUE(expect(buyer.get("/v1/orders"), 200)["items"].empty());
}

TEST(ApiHostile, FramesAreBoundedOneByOneAndTogether) {
    ApiServer server;
    {
        // Masked, not final, and never ending: fragments count together.
        WebSocketClient fragments(server.url());
        const std::string first =
            std::string("\x01\xfe\x03\xe8\0\0\0\0", 8) + std::string(1'000, ' ');
        const std::string next = std::string("\0\xfe\x03\xe8\0\0\0\0", 8) + std::string(1'000, ' ');
        fragments.send_raw(first);
        for (int i = 0; i < 8; ++i)
            fragments.send_raw(next);
        EXPECT_FALSE(fragments.next().has_value());
        EXPECT_EQ(fragments.close_code(), 1009);
    }
    {
        // A frame that says it is 2^62 bytes long.
        WebSocketClient giant(server.url());
        giant.send_raw(std::string("\x81\xff\x40\0\0\0\0\0\0\0\0\0\0\0", 14));
        EXPECT_FALSE(giant.next().has_value());
        EXPECT_EQ(giant.close_code(), 1009);
    }
    {
        WebSocketClient reserved(server.url());
        reserved.send_raw(std::string("\xf1\x80\0\0\0\0", 6));
        EXPECT_FALSE(reserved.next().has_value());
    }
    EXPECT_EQ(server.caller("").get("/healthz").status, 200) << "the server goes on";
}

}  // namespace
}  // namespace suanpan::test
