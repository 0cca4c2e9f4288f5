#include "tests/integration/api_server.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace suanpan::test {

TEST(ApiDescription, IsGivenByTheServerToEverybody) {
    const ApiServer server;
    Caller anybody = server.caller("");
    std::ifstream in(SUANPAN_SOURCE_DIR "/api/openapi.yaml");
    std::ostringstream source;
    source << in.rdbuf();
    const Answer document = anybody.get("/v1/openapi.yaml");
    EXPECT_EQ(document.status, 200);
    EXPECT_TRUE(document.header("content-type").starts_with("application/yaml"));
    EXPECT_TRUE(document.text == source.str());
    const Answer page = anybody.get("/v1/docs");
    EXPECT_EQ(page.status, 200);
    EXPECT_TRUE(page.header("content-type").starts_with("text/html"));
    EXPECT_NE(page.text.find("id=\"placeOrder\""), std::string::npos);
}

}  // namespace suanpan::test
