#include "api/finishing.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace suanpan::api {
namespace {

Request request(std::string method, NameValues headers = {}) {
    Request out;
    out.method = std::move(method);
    out.headers = std::move(headers);
    return out;
}

Response answer(std::string body, int status = 200) {
    Response out;
    out.status = status;
    out.body = std::move(body);
    return out;
}

std::optional<std::string> header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) return value;
    }
    return std::nullopt;
}

TEST(Tag, ReadsHaveOneAndWhoKnowsItGetsNoBody) {
    Response first = answer("{}");
    add_tag(request("GET"), first);
    const auto tag = header(first, "ETag");
    ASSERT_TRUE(tag);
    for (const std::string& known : {*tag, "\"x\", " + *tag, tag->substr(2), std::string("*")}) {
        Response again = answer("{}");
        add_tag(request("GET", {{"if-none-match", known}}), again);
        EXPECT_EQ(again.status, 304) << known;
        EXPECT_TRUE(again.body.empty());
        EXPECT_EQ(header(again, "ETag"), tag);
    }
    Response other = answer("{\"a\":1}");
    add_tag(request("GET", {{"if-none-match", *tag}}), other);
    EXPECT_EQ(other.status, 200);
    EXPECT_NE(header(other, "ETag"), tag);
}

TEST(Tag, NothingElseHasOne) {
    for (Response response : {answer("{}", 404), answer(""), answer("{}", 201)}) {
        add_tag(request("GET", {{"if-none-match", "*"}}), response);
        EXPECT_FALSE(header(response, "ETag"));
        EXPECT_NE(response.status, 304);
    }
    Response written = answer("{}");
    add_tag(request("POST"), written);
    EXPECT_FALSE(header(written, "ETag"));
}

TEST(Compression, IsForLargeTextToWhoTakesIt) {
    const std::string large(10'000, 'x');
    Response taken = answer(large);
    compress(request("GET", {{"accept-encoding", "gzip"}}), taken);
    EXPECT_EQ(header(taken, "Content-Encoding"), "gzip");
    EXPECT_LT(taken.body.size(), 200U);
    EXPECT_EQ(header(taken, "Vary"), "Accept-Encoding");
    for (auto [method, headers, body] :
         {std::tuple{"GET", NameValues{}, large},
          std::tuple{"GET", NameValues{{"accept-encoding", "gzip;q=0"}}, large},
          std::tuple{"GET", NameValues{{"accept-encoding", "gzip"}}, std::string("{}")},
          std::tuple{"POST", NameValues{{"accept-encoding", "gzip"}}, large}}) {
        Response plain = answer(body);
        compress(request(method, headers), plain);
        EXPECT_EQ(plain.body, body);
        EXPECT_FALSE(header(plain, "Content-Encoding"));
    }
}

TEST(CrossOrigin, OnlyNamedSitesMayRead) {
    const Cors cors({"https://portal.example"});
    Response own = answer("{}");
    cors.add_headers(request("GET", {{"origin", "https://portal.example"}}), own);
    EXPECT_EQ(header(own, "Access-Control-Allow-Origin"), "https://portal.example");
    EXPECT_EQ(header(own, "Vary"), "Origin");
    for (const char* origin : {"https://portal.example.evil", "http://portal.example", "null"}) {
        Response other = answer("{}");
        cors.add_headers(request("GET", {{"origin", origin}}), other);
        EXPECT_FALSE(header(other, "Access-Control-Allow-Origin")) << origin;
    }
    Response none = answer("{}");
    Cors({}).add_headers(request("GET", {{"origin", "https://portal.example"}}), none);
    EXPECT_TRUE(none.headers.empty());
}

TEST(CrossOrigin, APreflightNamesWhatThePathTakes) {
    const Cors cors({"*"});
    const NameValues asks{{"origin", "https://a.example"},
                          {"access-control-request-method", "POST"}};
    const Response leave = cors.answer_options(request("OPTIONS", asks), "POST, OPTIONS");
    EXPECT_EQ(leave.status, 204);
    EXPECT_EQ(header(leave, "Allow"), "POST, OPTIONS");
    EXPECT_EQ(header(leave, "Access-Control-Allow-Methods"), "POST, OPTIONS");
    ASSERT_TRUE(header(leave, "Access-Control-Allow-Headers"));
    EXPECT_NE(header(leave, "Access-Control-Allow-Headers")->find("Idempotency-Key"),
              std::string::npos);
    const Response plain = cors.answer_options(request("OPTIONS"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(header(plain, "Allow"), "GET, HEAD, OPTIONS");
    EXPECT_FALSE(header(plain, "Access-Control-Allow-Methods"));
}

TEST(Forwarded, TheLastAddressIsTheProxysWord) {
    Request behind = request("GET", {{"x-forwarded-for", "6.6.6.6, 203.0.113.7"}});
    behind.remote = "127.0.0.1";
    take_forwarded(behind);
    EXPECT_EQ(behind.remote, "203.0.113.7");
    Request twice =
        request("GET", {{"x-forwarded-for", "6.6.6.6"}, {"x-forwarded-for", "2001:db8::7"}});
    take_forwarded(twice);
    EXPECT_EQ(twice.remote, "2001:db8::7");
    Request nonsense = request("GET", {{"x-forwarded-for", "me"}});
    nonsense.remote = "127.0.0.1";
    take_forwarded(nonsense);
    EXPECT_EQ(nonsense.remote, "127.0.0.1");
    Request direct = request("GET");
    direct.remote = "127.0.0.1";
    take_forwarded(direct);
    EXPECT_EQ(direct.remote, "127.0.0.1");
}

}  // namespace
}  // namespace suanpan::api
