// Bounds on time and connections, with a server whose patience is short.

#include "api/transport/server.hpp"
#include "support/raw_connection.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::RawConnection;

constexpr const char* kRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

class Transport : public testing::Test {
 protected:
    static ServerLimits limits() {
        ServerLimits out;
        out.connections = 8;
        out.receive = seconds(1);
        return out;
    }
    Transport()
        : server_({"127.0.0.1", 0, 1}, limits(), [](const Request&, const Reply& reply) {
              Response response;
              response.body = "{}";
              reply(std::move(response));
          }) {
        server_.start();
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_.port());
    }
    // Until the peer has had enough; gives what it said.
    static std::string send_slowly(RawConnection& connection, const std::string& piece) {
        for (int i = 0; i < 100 && connection.send(piece); ++i) {
            std::this_thread::sleep_for(milliseconds(50));
            if (connection.has_news()) break;
        }
        return connection.read_to_end();
    }

    HttpServer server_;
};

TEST_F(Transport, AHeaderThatComesSlowlyIsNotWaitedFor) {
    RawConnection connection(url());
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n");
    const std::string said = send_slowly(connection, "X-Slow: a\r\n");
    EXPECT_TRUE(said.starts_with("HTTP/1.1 408")) << said;
}

TEST_F(Transport, ABodyThatComesSlowlyIsNotWaitedFor) {
    RawConnection connection(url());
    connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    const std::string said = send_slowly(connection, "a");
    EXPECT_TRUE(said.starts_with("HTTP/1.1 408")) << said;
}

TEST_F(Transport, WhoOnlyHoldsConnectionsKeepsNobodyOut) {
    std::vector<std::unique_ptr<RawConnection>> held;
    for (int i = 0; i < 40; ++i) {
        held.push_back(std::make_unique<RawConnection>(url()));
        if (i % 2 == 0) held.back()->send("GET / HT");
    }
    for (int i = 0; i < 20; ++i) {
        RawConnection honest(url());
        honest.send(kRequest);
        EXPECT_TRUE(honest.read_until("{}").starts_with("HTTP/1.1 200"));
    }
    EXPECT_LE(server_.open_connections(), limits().connections);
    // The longest waiting went first.
    EXPECT_EQ(held.front()->read_to_end(), "");
}

TEST_F(Transport, AnAnswerUnderWayIsNotCutOff) {
    std::vector<std::unique_ptr<RawConnection>> held;
    for (std::size_t i = 0; i < limits().connections; ++i) {
        held.push_back(std::make_unique<RawConnection>(url()));
        held.back()->send(kRequest);
        ASSERT_TRUE(held.back()->read_until("{}").starts_with("HTTP/1.1 200"));
    }
    RawConnection one_more(url());
    one_more.send(kRequest);
    EXPECT_TRUE(one_more.read_until("{}").starts_with("HTTP/1.1 200"));
    held.back()->send(kRequest);
    const std::string both = held.back()->read_until("{}HTTP/1.1 200");
    EXPECT_NE(both.find("{}HTTP/1.1 200"), std::string::npos) << "the newest stays";
}

}  // namespace
}  // namespace suanpan::api
