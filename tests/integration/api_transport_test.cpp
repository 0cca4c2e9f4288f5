// What a peer may send below the level of JSON, byte by byte.

#include "support/raw_connection.hpp"
#include "tests/integration/api_server.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

namespace suanpan::test {
namespace {

using support::RawConnection;

std::string say(const ApiServer& server, std::string_view request) {
    RawConnection connection(server.url());
    connection.send(request);
    return connection.read_to_end();
}

std::size_t count(const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

}  // namespace

TEST(ApiTransport, AnswersWhatIsNoHttpAndHangsUp) {
    ApiServer server;
    EXPECT_TRUE(say(server, "NONSENSE\r\n\r\n").starts_with("HTTP/1.1 400"));
    EXPECT_TRUE(say(server, "GET noslash HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 400"));
    EXPECT_TRUE(say(server, "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 400"));
    const std::string long_header =
        "GET /healthz HTTP/1.1\r\nX-Long: " + std::string(20'000, 'a') + "\r\n\r\n";
    EXPECT_TRUE(say(server, long_header).starts_with("HTTP/1.1 431"));
    const std::string old = say(server, "GET /healthz HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(old.starts_with("HTTP/1.0 200")) << old;
}

TEST(ApiTransport, RefusesABodyByItsDeclaredOrItsTrueLength) {
    ApiServer server;
    const std::string head =
        "POST /v1/sites HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    EXPECT_TRUE(say(server, head + "Content-Length: 2000000\r\n\r\n{").starts_with("HTTP/1.1 413"));
    EXPECT_TRUE(
        say(server, head + "Content-Length: 99999999999\r\n\r\n{").starts_with("HTTP/1.1 413"));
    RawConnection chunked(server.url());
    chunked.send(head + "Transfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "40000\r\n" + std::string(0x40000, ' ') + "\r\n";
    for (int i = 0; i < 6 && chunked.send(chunk); ++i) {
    }
    EXPECT_TRUE(chunked.read_until("\r\n\r\n").starts_with("HTTP/1.1 413"));
    // A batch may be longer.
    Caller op = server.operator_caller();
    client::HttpRequest batch;
    batch.method = "POST";
    batch.target = "/v1/readings:batch";
    batch.headers = {{"Content-Type", "application/json"}};
    batch.body = "{" + std::string(7'000'000, ' ') + "}";
    EXPECT_EQ(op.send(batch).code(), "invalid_request");
    batch.body = "{" + std::string(9'000'000, ' ') + "}";
    int status = 0;
    try {
        status = op.send(batch).status;
    } catch (const client::TransportError&) {
        status = 413;  // the server hung up while we still sent: no room for an answer
    }
    EXPECT_EQ(status, 413);
}

TEST(ApiTransport, KeepsTheConnectionAndTheOrderOfRequests) {
    ApiServer server;
    RawConnection connection(server.url());
    ASSERT_TRUE(connection.connected());
    connection.send(
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: first-1\r\n\r\n"
        "GET /v1/nothing HTTP/1.1\r\nHost: x\r\nX-Request-Id: bad id!\r\n\r\n"
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: last-3\r\nConnection: close\r\n\r\n");
    const std::string answers = connection.read_to_end();
    EXPECT_EQ(count(answers, "HTTP/1.1 "), 3U) << answers;
    const auto first = answers.find("X-Request-Id: first-1");
    const auto second = answers.find("HTTP/1.1 404");
    const auto last = answers.find("X-Request-Id: last-3");
    EXPECT_TRUE(first < second && second < last && last != std::string::npos) << answers;
    EXPECT_EQ(answers.find("bad id!"), std::string::npos);

    RawConnection polite(server.url());
    polite.send(
        "POST /v1/sites HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_TRUE(polite.read_until("\r\n\r\n").starts_with("HTTP/1.1 100"));
    polite.send("{}");
    EXPECT_NE(polite.read_until("WWW-Authenticate").find("HTTP/1.1 401"), std::string::npos);

    RawConnection head(server.url());
    head.send("HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(head.read_to_end().ends_with("\r\n\r\n"));
}

TEST(ApiTransport, StopsSoonThoughConnectionsAreOpen) {
    ApiServer server;
    const RawConnection idle(server.url());
    RawConnection half(server.url());
    half.send("GET /healthz HTT");
    usleep(100'000);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(server.stop(), 0) << server.log();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
    server.start();
    EXPECT_EQ(server.caller("").get("/healthz").status, 200);
}

}  // namespace suanpan::test
