#include "api/router.hpp"

#include "api/problem.hpp"
#include "api/routes.hpp"

#include <gtest/gtest.h>

#include <set>

namespace suanpan::api {

TEST(Router, FindsLiteralsBeforeParametersAndActionsByTheirName) {
    const Router router(routes());
    const auto pattern = [&router](std::string_view method, std::string_view path) {
        const auto found = router.find(method, path);
        return found ? std::string(found->route->pattern) : found.error().code();
    };
    EXPECT_EQ(pattern("GET", "/v1/orders"), "/v1/orders");
    EXPECT_EQ(pattern("POST", "/v1/orders:batch"), "/v1/orders:batch");
    EXPECT_EQ(pattern("POST", "/v1/orders/ord_1:cancel"), "/v1/orders/{id}:cancel");
    EXPECT_EQ(pattern("GET", "/v1/orders/ord_1"), "/v1/orders/{id}");
    EXPECT_EQ(pattern("HEAD", "/healthz"), "/healthz");
    EXPECT_EQ(pattern("GET", "/v1/ledger/tile/entries/000"), "/v1/ledger/tile/entries/{path...}");
    EXPECT_EQ(pattern("GET", "/v1/ledger/tile/0/x001/234.p/7"), "/v1/ledger/tile/{path...}");
    EXPECT_EQ(pattern("GET", "/v1/orders/ord_1:nonsense"), "not_found");
    EXPECT_EQ(pattern("GET", "/v1/orders/"), "not_found");
    EXPECT_EQ(pattern("GET", "/v1/orders/a/b"), "not_found");
    EXPECT_EQ(pattern("GET", "/"), "not_found");
    EXPECT_EQ(pattern("DELETE", "/v1/orders"), "method_not_allowed");
}

TEST(Router, GivesTheParameters) {
    const Router router(routes());
    const auto cancel = router.find("POST", "/v1/orders/ord_1:cancel");
    ASSERT_TRUE(cancel);
    EXPECT_EQ(cancel->parameters, std::vector<std::string>{"ord_1"});
    const auto tile = router.find("GET", "/v1/ledger/tile/0/x001/234");
    ASSERT_TRUE(tile);
    EXPECT_EQ(tile->parameters, std::vector<std::string>{"0/x001/234"});
}

TEST(Router, HasEveryRouteOnceAndNoPublicWrite) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const Route& route : routes()) {
        EXPECT_TRUE(seen.emplace(route.method, route.pattern).second) << route.pattern;
        const bool write = route.method == "POST";
        EXPECT_FALSE(write && route.access == Access::kPublic) << route.pattern;
        EXPECT_EQ(route.access == Access::kRoles, route.roles != 0) << route.pattern;
        const bool reads_only = route.query() != nullptr;
        EXPECT_FALSE(route.method == "GET" && !reads_only) << route.pattern;
    }
}

TEST(Target, IsDecodedStrictly) {
    const auto target = parse_target("/v1/books?market=AI-FP16%2FCNY&x");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/v1/books");
    const NameValues wanted = {{"market", "AI-FP16/CNY"}, {"x", ""}};
    EXPECT_EQ(target->query, wanted);
    for (const char* bad : {"", "*", "http://x/", "/a%2", "/a%zz", "/a%00", "/%ff"})
        EXPECT_FALSE(parse_target(bad)) << bad;
    std::string long_query = "/?";
    for (int i = 0; i < 100; ++i)
        long_query += "a=1&";
    EXPECT_FALSE(parse_target(long_query));
}

TEST(Problem, SaysTheSameInStatusCodeAndBody) {
    const Error error("invalid_request", "two faults", {{"/a", "missing", "a is needed"}});
    const Response response = problem(error, "/v1/orders");
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.content_type, "application/problem+json");
    const Json body = Json::parse(response.body);
    EXPECT_EQ(body["status"], 422);
    EXPECT_EQ(body["code"], "invalid_request");
    EXPECT_EQ(body["instance"], "/v1/orders");
    EXPECT_EQ(body["errors"][0]["pointer"], "/a");
    EXPECT_EQ(problem({"overloaded", "busy"}, "").status, 503);
    EXPECT_EQ(problem({"overloaded", "busy"}, "").headers[0].first, "Retry-After");
    EXPECT_EQ(status_of("insufficient_funds"), 422);
    EXPECT_EQ(status_of("not_found"), 404);
}

}  // namespace suanpan::api
