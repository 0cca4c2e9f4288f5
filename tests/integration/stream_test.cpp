// A response that is made while it is sent, over a real socket.

#include "api/gzip.hpp"
#include "api/transport/server.hpp"
#include "client/download.hpp"
#include "client/http_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace suanpan::api {
namespace {

constexpr std::size_t kPiece = 65'536;

// What a stream was asked for.
struct Seen {
    std::atomic<int> asked = 0;
    std::atomic<int> busy = 0;
    std::atomic<bool> gone = false;
};

class Numbers final : public BodyStream {
 public:
    Numbers(Seen& seen, int pieces, int breaks_at) : seen_(seen), left_(pieces), at_(breaks_at) {}
    ~Numbers() override { seen_.gone = true; }
    Numbers(const Numbers&) = delete;
    Numbers& operator=(const Numbers&) = delete;

    bool try_next(std::function<void(Piece)> done) override {
        if (seen_.busy > 0) {
            --seen_.busy;
            return false;
        }
        // From another thread, as the workers do.
        std::jthread([this, done = std::move(done)] {
            const int number = seen_.asked++;
            if (number == at_) {
                done(std::nullopt);
            } else {
                done(left_-- > 0 ? std::string(kPiece, static_cast<char>('a' + number % 26)) : "");
            }
        }).join();
        return true;
    }

 private:
    Seen& seen_;
    int left_;
    int at_;
};

class Streams : public testing::Test {
 protected:
    void start(int pieces, int breaks_at = -1) {
        server_ = std::make_unique<HttpServer>(
            Listen{"127.0.0.1", 0}, ServerLimits{},
            [this, pieces, breaks_at](const Request&, const Reply& reply) {
                Response response;
                response.content_type = "text/plain";
                response.stream = std::make_shared<Numbers>(seen_, pieces, breaks_at);
                reply(std::move(response));
            });
        server_->start();
    }
    [[nodiscard]] client::Url url() const {
        return {"127.0.0.1", std::to_string(server_->port()), ""};
    }
    // A plain connection that has sent the request.
    [[nodiscard]] int connect(const std::string& request) const {
        const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(server_->port());
        EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  0);
        EXPECT_EQ(::send(socket, request.data(), request.size(), 0),
                  static_cast<ssize_t>(request.size()));
        return socket;
    }
    static std::string read_to_end(int socket) {
        std::string out;
        char room[4096];
        for (ssize_t got = ::recv(socket, room, sizeof room, 0); got > 0;
             got = ::recv(socket, room, sizeof room, 0))
            out.append(room, static_cast<std::size_t>(got));
        ::close(socket);
        return out;
    }
    void wait_until_gone() const {
        for (int i = 0; i < 6'000 && !seen_.gone; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        EXPECT_TRUE(seen_.gone);
    }

    Seen seen_;
    std::unique_ptr<HttpServer> server_;
};

TEST_F(Streams, ComeWholeAndTheConnectionGoesOn) {
    start(40);
    seen_.busy = 3;
    client::HttpClient http(url());
    for (int round = 0; round < 2; ++round) {
        seen_.asked = 0;
        const auto answer = http.send({"GET", "/", "", {}});
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
        ASSERT_EQ(answer.body.size(), 40 * kPiece);
        for (std::size_t i = 0; i < 40; ++i)
            EXPECT_EQ(answer.body[i * kPiece], static_cast<char>('a' + i % 26));
    }
    EXPECT_EQ(server_->open_connections(), 1U);
}

TEST_F(Streams, AreDownloadedPieceByPiece) {
    start(40);
    std::size_t bytes = 0;
    std::size_t largest = 0;
    const auto answer = client::download(url(), {"GET", "/", "", {}}, [&](std::string_view piece) {
        bytes += piece.size();
        largest = std::max(largest, piece.size());
    });
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(bytes, 40 * kPiece);
    EXPECT_LE(largest, kPiece);
}

TEST_F(Streams, SendOnlyTheHeaderToHead) {
    start(40);
    client::HttpClient http(url());
    const auto answer = http.send({"HEAD", "/", "", {}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(seen_.asked, 0);
}

TEST_F(Streams, EndTheConnectionForHttp10) {
    start(3);
    const std::string text = read_to_end(connect("GET / HTTP/1.0\r\n\r\n"));
    EXPECT_EQ(text.find("chunked"), std::string::npos);
    EXPECT_EQ(text.size() - text.find("\r\n\r\n") - 4, 3 * kPiece);
}

TEST_F(Streams, ThatBreakAreNotTakenForWhole) {
    start(40, 2);
    const std::string text = read_to_end(connect("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_FALSE(text.ends_with("0\r\n\r\n"));
    EXPECT_GT(text.size(), 2 * kPiece);
    seen_.asked = 0;
    EXPECT_THROW(client::download(url(), {"GET", "/", "", {}}, [](std::string_view) {}),
                 client::TransportError);
}

// 64 GiB would be made for who only waits; the sockets' buffers hold some of it, no more.
TEST_F(Streams, WaitForWhoReadsAndEndWithWhoLeaves) {
    start(1'000'000);
    const int socket = connect("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    int before = -1;
    for (int i = 0; i < 600 && (seen_.asked == 0 || seen_.asked != before); ++i) {
        before = seen_.asked;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    EXPECT_GT(seen_.asked, 0);
    EXPECT_LT(seen_.asked, 2'000);
    EXPECT_FALSE(seen_.gone);
    ::close(socket);
    wait_until_gone();
    EXPECT_LT(seen_.asked, 2'100);
}

std::string unzip(const std::string& bytes) {
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    std::string input = bytes;
    std::string out(10'000'000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

TEST(GzipStream, GivesOneStreamInPieces) {
    std::string all;
    GzipStream gzip_stream;
    std::string packed;
    for (int i = 0; i < 200; ++i) {
        const std::string piece = std::to_string(i * i) + std::string(1'000, 'x');
        all += piece;
        packed += gzip_stream.add(piece);
    }
    packed += gzip_stream.finish();
    EXPECT_LT(packed.size(), all.size() / 10);
    EXPECT_EQ(unzip(packed), all);
    EXPECT_EQ(unzip(gzip(all)), all);
    EXPECT_EQ(unzip(gzip("")), "");
}

}  // namespace
}  // namespace suanpan::api
