// Bounds on time and connections, with a server whose patience is short.

#include "api/transport/server.hpp"
#include "support/raw_connection.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::RawConnection;

constexpr const char* kRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

// Answers at once, /echo with what was said; what asks for /held when it is told to.
class Transport : public testing::Test {
 protected:
    static constexpr std::size_t kConnections = 8;

    void start(seconds patience, int threads = 1) {
        ServerLimits limits;
        limits.connections = kConnections;
        limits.receive = patience;
        server_ = std::make_unique<HttpServer>(Listen{"127.0.0.1", 0, threads}, limits,
                                               [this](const Request& request, const Reply& reply) {
                                                   if (request.path == "/echo")
                                                       return reply(answer(request.body));
                                                   if (request.path != "/held")
                                                       return reply(answer());
                                                   const std::lock_guard lock(mutex_);
                                                   threads_.insert(std::this_thread::get_id());
                                                   held_.push_back(reply);
                                                   changed_.notify_all();
                                               });
        server_->start();
    }
    ~Transport() override {
        answer_held();
        server_.reset();
    }
    static Response answer(std::string body = "{}") {
        Response response;
        response.body = std::move(body);
        return response;
    }
    void wait_until_held(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return held_.size() >= count; });
    }
    void answer_held() {
        const std::lock_guard lock(mutex_);
        for (const Reply& reply : held_)
            reply(answer());
        held_.clear();
    }
    [[nodiscard]] std::unique_ptr<RawConnection> connect(const std::string& said = "") const {
        auto out =
            std::make_unique<RawConnection>("http://127.0.0.1:" + std::to_string(server_->port()));
        EXPECT_TRUE(out->connected());
        out->send(said);
        return out;
    }
    // Until the peer has had enough; gives what it said.
    static std::string send_slowly(RawConnection& connection, const std::string& piece) {
        for (int i = 0; i < 200 && connection.send(piece); ++i) {
            std::this_thread::sleep_for(milliseconds(50));
            if (connection.has_news()) break;
        }
        return connection.read_to_end();
    }
    // What a server says to one who sends this without end, or up to 16 MiB of it.
    std::string flood(const std::string& begin, const std::string& piece) const {
        const auto connection = connect(begin);
        std::size_t sent = 0;
        while (sent < (16U << 20U) && !connection->has_news() && connection->send(piece))
            sent += piece.size();
        EXPECT_LT(sent, 16U << 20U) << "nobody stopped it";
        return connection->read_to_end();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Reply> held_;
    std::set<std::thread::id> threads_;  // those that brought what is held
    std::unique_ptr<HttpServer> server_;
};

TEST_F(Transport, AHeaderThatComesSlowlyIsNotWaitedFor) {
    start(seconds(1));
    const auto connection = connect("GET / HTTP/1.1\r\nHost: x\r\n");
    const std::string said = send_slowly(*connection, "X-Slow: a\r\n");
    EXPECT_TRUE(said.starts_with("HTTP/1.1 408")) << said;
}

TEST_F(Transport, ABodyThatComesSlowlyIsNotWaitedFor) {
    start(seconds(1));
    const auto connection = connect("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    const std::string said = send_slowly(*connection, "a");
    EXPECT_TRUE(said.starts_with("HTTP/1.1 408")) << said;
}

TEST_F(Transport, ConnectionsAreSharedOutToTheThreads) {
    start(seconds(5), 3);
    std::vector<std::unique_ptr<RawConnection>> connections;
    for (int i = 0; i < 6; ++i)
        connections.push_back(
            connect("GET /held HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    wait_until_held(connections.size());
    EXPECT_EQ(threads_.size(), 3U);
    answer_held();
    for (const auto& connection : connections)
        EXPECT_TRUE(connection->read_to_end().starts_with("HTTP/1.1 200"));
}

TEST_F(Transport, NothingOfARequestIsWithoutEnd) {
    start(seconds(60));
    const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string piece(4'096, 'a');
    EXPECT_TRUE(flood(chunked + "1;", piece).starts_with("HTTP/1.1 4")) << "an extension";
    EXPECT_TRUE(flood(chunked + "0\r\nX-Trailer: ", piece).starts_with("HTTP/1.1 4"));
    EXPECT_TRUE(flood("GET / HTTP/1.1\r\nX: ", piece).starts_with("HTTP/1.1 431"));
}

TEST_F(Transport, FieldsAfterTheBodyAreNotTaken) {
    start(seconds(60));
    const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const auto with = connect(chunked + "2\r\n{}\r\n0\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n");
    EXPECT_TRUE(with->read_to_end().starts_with("HTTP/1.1 400"));
    const auto without = connect(chunked + "2\r\n{}\r\n0\r\n\r\n");
    EXPECT_TRUE(without->read_until("{}").starts_with("HTTP/1.1 200"));
}

TEST_F(Transport, WhereverARequestIsCutItIsTheSame) {
    start(seconds(60));
    const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\n";
    for (const std::string& request :
         {head + "Content-Length: 9\r\n\r\nsame-word",
          head + "Transfer-Encoding: chunked\r\n\r\n5\r\nsame-\r\n4;a=b\r\nword\r\n0\r\n\r\n"}) {
        for (std::size_t cut = 0; cut <= request.size(); ++cut) {
            const auto connection = connect(request.substr(0, cut));
            std::this_thread::sleep_for(milliseconds(1));
            // What follows comes with the rest, and is a request of its own.
            connection->send(request.substr(cut) + kRequest);
            const std::string said = connection->read_until("{}");
            ASSERT_TRUE(said.starts_with("HTTP/1.1 200")) << cut << said;
            ASSERT_NE(said.find("\r\n\r\nsame-wordHTTP/1.1 200"), std::string::npos) << cut << said;
        }
    }
}

TEST_F(Transport, WhoOnlyHoldsConnectionsKeepsNobodyOut) {
    start(seconds(60));
    std::vector<std::unique_ptr<RawConnection>> held;
    for (int i = 0; i < 40; ++i)
        held.push_back(connect(i % 2 == 0 ? "GET / HT" : ""));
    for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(connect(kRequest)->read_until("{}").starts_with("HTTP/1.1 200"));
    std::size_t open = 0;
    for (const auto& connection : held)
        open += connection->has_news() ? 0U : 1U;
    EXPECT_LE(open, kConnections);
}

TEST_F(Transport, TheLongestWaitingGivesWay) {
    start(seconds(60));
    std::vector<std::unique_ptr<RawConnection>> held;
    for (std::size_t i = 0; i < kConnections; ++i) {
        held.push_back(connect(kRequest));
        ASSERT_TRUE(held.back()->read_until("{}").starts_with("HTTP/1.1 200"));
    }
    // The first to come has just asked again, so the second has waited longest.
    held[0]->send(kRequest);
    ASSERT_NE(held[0]->read_until("{}HTTP/1.1 200").find("{}HTTP/1.1 200"), std::string::npos);
    EXPECT_TRUE(connect(kRequest)->read_until("{}").starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(held[1]->read_to_end().ends_with("{}"));
    EXPECT_FALSE(held[0]->has_news());
    for (std::size_t i = 2; i < kConnections; ++i)
        EXPECT_FALSE(held[i]->has_news()) << i;
}

TEST_F(Transport, WhatIsWorkedOnIsNotCutOff) {
    start(seconds(60));
    std::vector<std::unique_ptr<RawConnection>> held;
    for (std::size_t i = 0; i < kConnections; ++i)
        held.push_back(connect("GET /held HTTP/1.1\r\nHost: x\r\n\r\n"));
    wait_until_held(kConnections);
    const std::string turned_away = connect(kRequest)->read_to_end();
    EXPECT_TRUE(turned_away.starts_with("HTTP/1.1 503")) << turned_away;
    EXPECT_NE(turned_away.find("Retry-After: 1"), std::string::npos);
    answer_held();
    for (const auto& connection : held)
        EXPECT_TRUE(connection->read_until("{}").starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(connect(kRequest)->read_until("{}").starts_with("HTTP/1.1 200"));
}

}  // namespace
}  // namespace suanpan::api
