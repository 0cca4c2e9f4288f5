#include "apps/suanpan-audit/http_server.hpp"

#include "apps/suanpan-audit/fault.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::audit {
namespace {

class Caller {
 public:
    explicit Caller(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        ::sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const ::timeval patience{5, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        EXPECT_EQ(::connect(socket_, reinterpret_cast<::sockaddr*>(&address), sizeof(address)), 0);
    }
    ~Caller() { ::close(socket_); }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    void send(const std::string& bytes) const {
        ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    [[nodiscard]] std::string receive() const {
        std::string out;
        std::string chunk(4'096, '\0');
        for (;;) {
            const ::ssize_t count = ::recv(socket_, chunk.data(), chunk.size(), 0);
            if (count <= 0) return out;
            out.append(chunk, 0, static_cast<std::size_t>(count));
        }
    }

 private:
    int socket_;
};

WebResponse echo(const WebRequest& request) {
    if (request.target == "/throw") throw AuditError("no disk");
    return plain_text(200, request.method + " " + request.target + " " + request.body);
}

// "200 <body>" of the answer to these bytes.
std::string ask(const HttpServer& server, const std::string& bytes) {
    const Caller caller(server.port());
    caller.send(bytes);
    const std::string answer = caller.receive();
    if (!answer.starts_with("HTTP/1.1 ")) return answer;
    return answer.substr(9, 3) + " " + answer.substr(answer.rfind("\r\n\r\n") + 4);
}

TEST(HttpServer, AnswersRequests) {
    const HttpServer server("127.0.0.1", 0, {}, echo);
    EXPECT_EQ(ask(server, "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n"), "200 GET /a?b \n");
    EXPECT_EQ(ask(server, "POST / HTTP/1.1\r\ncontent-length:  5 \r\n\r\nhello"),
              "200 POST / hello\n");
    EXPECT_EQ(ask(server, "POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi"),
              "100 POST / hi\n");
    EXPECT_EQ(ask(server, "GET /throw HTTP/1.1\r\n\r\n").substr(0, 3), "500");
}

TEST(HttpServer, RefusesWhatIsNoRequest) {
    const HttpServer server("127.0.0.1", 0, {}, echo);
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"nonsense\r\n\r\n", "400"},
        {"GET  HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/2.0\r\n\r\n", "505"},
        {"G\xC3\xA9T / HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nno colon\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nA b: c\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "411"},
        {"POST / HTTP/1.1\r\nContent-Length: 131073\r\n\r\n", "413"},
        {"GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", "431"}};
    for (const auto& [request, status] : cases)
        EXPECT_EQ(ask(server, request).substr(0, 3), status) << request.substr(0, 80);
}

TEST(HttpServer, DoesNotWaitForASlowPeerForEver) {
    WebLimits limits;
    limits.receive = std::chrono::milliseconds(150);
    const HttpServer server("127.0.0.1", 0, limits, echo);
    EXPECT_EQ(ask(server, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe").substr(0, 3), "408");
    EXPECT_EQ(ask(server, "POST / HT").substr(0, 3), "408");
    EXPECT_EQ(ask(server, ""), "");
}

TEST(HttpServer, HoldsABoundedNumberOfConnections) {
    WebLimits limits;
    limits.connections = 2;
    const HttpServer server("127.0.0.1", 0, limits, echo);
    std::optional<Caller> first(server.port());
    const Caller second(server.port());
    EXPECT_EQ(ask(server, "GET / HTTP/1.1\r\n\r\n").substr(0, 3), "503");
    first.reset();
    std::string answer;
    for (int i = 0; i < 100 && !answer.starts_with("200"); ++i)
        answer = ask(server, "GET / HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("200")) << answer;
}

TEST(HttpServer, StopsAndStillAnswersWhatHasBegun) {
    HttpServer server("127.0.0.1", 0, {}, echo);
    const Caller idle(server.port());
    const Caller begun(server.port());
    begun.send("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nh");
    std::thread stopper;
    ASSERT_TRUE(ask(server, "GET / HTTP/1.1\r\n\r\n").starts_with("200"));
    // On a busy machine it had not read yet what makes the request one that has begun.
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stopper = std::thread([&server] { server.stop(); });
    begun.send("i");
    EXPECT_NE(begun.receive().find("POST / hi"), std::string::npos);
    stopper.join();
    EXPECT_EQ(idle.receive(), "");
}

TEST(HttpServer, KnowsLoopbackAddresses) {
    EXPECT_TRUE(is_loopback("127.0.0.1"));
    EXPECT_TRUE(is_loopback("127.1.2.3"));
    EXPECT_TRUE(is_loopback("::1"));
    EXPECT_FALSE(is_loopback("0.0.0.0"));
    EXPECT_FALSE(is_loopback("::"));
    EXPECT_FALSE(is_loopback("localhost"));
    EXPECT_THROW(HttpServer("nonsense", 0, {}, echo), AuditError);
}

}  // namespace
}  // namespace suanpan::audit
