#include "api/transport/response_head.hpp"

#include "base/check.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace suanpan::api {
namespace {

Response answer(int status, NameValues headers = {}, std::string body = "{}") {
    Response out;
    out.status = status;
    out.headers = std::move(headers);
    out.body = std::move(body);
    return out;
}

TEST(ResponseHead, IsWhatRfc9112Asks) {
    const Response response = answer(200, {{"ETag", "W/\"1\""}});
    EXPECT_EQ(response_head(response, 11, true, content_length(response)),
              "HTTP/1.1 200 OK\r\nServer: suanpan\r\nContent-Type: application/json\r\n"
              "ETag: W/\"1\"\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(response_head(response, 11, true, kChunked),
              "HTTP/1.1 200 OK\r\nServer: suanpan\r\nContent-Type: application/json\r\n"
              "ETag: W/\"1\"\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(ResponseHead, SaysWhatBecomesOfTheConnection) {
    const Response response = answer(200);
    const auto says = [&](unsigned version, bool keep, const std::string& word) {
        return response_head(response, version, keep, "").find("Connection: " + word) !=
               std::string::npos;
    };
    EXPECT_TRUE(says(11, false, "close\r\n"));
    EXPECT_FALSE(says(11, true, ""));
    EXPECT_TRUE(says(10, true, "keep-alive\r\n"));
    EXPECT_FALSE(says(10, false, ""));
    EXPECT_TRUE(response_head(response, 10, false, "").starts_with("HTTP/1.0 200 OK\r\n"));
}

TEST(ResponseHead, AStatusWithoutABodyHasNoLength) {
    EXPECT_EQ(content_length(answer(204, {}, "")), "");
    EXPECT_EQ(content_length(answer(304, {}, "")), "");
    EXPECT_EQ(content_length(answer(201, {}, "")), "Content-Length: 0\r\n");
}

TEST(ResponseHead, TheLaterOfTwoFieldsCountsButEachVary) {
    const Response response = answer(200, {{"Vary", "Origin"},
                                           {"Cache-Control", "no-cache"},
                                           {"Vary", "Accept-Encoding"},
                                           {"cache-control", "no-store"}});
    EXPECT_EQ(response_head(response, 11, true, ""),
              "HTTP/1.1 200 OK\r\nServer: suanpan\r\nContent-Type: application/json\r\n"
              "Vary: Origin\r\nVary: Accept-Encoding\r\ncache-control: no-store\r\n\r\n");
}

TEST(ResponseHead, SetsItsOwnFieldsAlone) {
    for (const std::string name : {"Content-Length", "content-length", "Transfer-Encoding",
                                   "connection", "Content-Type", "Server"})
        EXPECT_THROW((void)response_head(answer(200, {{name, "x"}}), 11, true, ""), BugError);
}

TEST(ResponseHead, NothingEndsALine) {
    for (const std::string& value :
         {std::string("a\rb"), std::string("a\nb"), std::string("a\0b", 3)})
        EXPECT_THROW((void)response_head(answer(200, {{"Location", value}}), 11, true, ""),
                     BugError);
}

}  // namespace
}  // namespace suanpan::api
