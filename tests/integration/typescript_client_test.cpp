// client/typescript places an order through its types. Built where npm and its packages are.

#ifdef SUANPAN_TYPESCRIPT_CLIENT

#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>

namespace suanpan::test {

TEST(TypescriptClient, TradesThroughItsTypes) {
    const ApiServer server;
    const World world(server);
    const support::TempDir dir;
    support::ChildProcess::Options options;
    options.program = SUANPAN_NODE;
    options.arguments = {"--test", SUANPAN_TYPESCRIPT_CLIENT "/dist/order.test.js"};
    options.environment = {{"SUANPAN_URL", server.url()},
                           {"SUANPAN_POOL", world.pool},
                           {"SUANPAN_BUYER_KEY", world.buyer.key},
                           {"SUANPAN_PROVIDER_KEY", world.provider.key}};
    options.output = dir.path() / "output";
    support::ChildProcess node(options);
    EXPECT_EQ(node.wait(std::chrono::seconds(60)), 0) << node.output();
    EXPECT_NE(node.output().find("pass 5"), std::string::npos) << node.output();
}

}  // namespace suanpan::test

#endif
