#include "support/files.hpp"
#include "tests/integration/api_server.hpp"

#include <gtest/gtest.h>

namespace suanpan::test {

TEST(ApiDescription, IsGivenByTheServerToEverybody) {
    const ApiServer server;
    Caller anybody = server.caller("");
    const std::string source = support::read_file(SUANPAN_SOURCE_DIR "/api/openapi.yaml");
    const Answer document = anybody.get("/v1/openapi.yaml");
    EXPECT_EQ(document.status, 200);
    EXPECT_TRUE(document.header("content-type").starts_with("application/yaml"));
    EXPECT_TRUE(document.text == source);
    const Answer page = anybody.get("/v1/docs");
    EXPECT_EQ(page.status, 200);
    EXPECT_TRUE(page.header("content-type").starts_with("text/html"));
    EXPECT_NE(page.text.find("id=\"placeOrder\""), std::string::npos);
}

}  // namespace suanpan::test
