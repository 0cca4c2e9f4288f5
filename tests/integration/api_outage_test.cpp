// What callers are told while the database is away.

#include "support/test_database.hpp"
#include "support/wait.hpp"
#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <thread>

namespace suanpan::test {
namespace {

// Nobody gets into the database, and who was in is thrown out.
void set_away(const support::TestDatabase& database, bool away) {
    pqxx::connection connection(support::test_cluster());
    pqxx::nontransaction sql(connection);
    sql.exec("ALTER DATABASE " + database.name() + " ALLOW_CONNECTIONS " +
             (away ? "false" : "true"));
    if (away) {
        sql.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = " +
                 sql.quote(database.name()));
    }
}

}  // namespace

// A read of the market's memory gave 500 while the market was being rebuilt.
TEST(ApiOutage, APreviewSaysThatTheMarketIsAway) {
    ApiServer server;
    World world(server);
    Caller buyer = server.caller(world.buyer.key);
    expect(buyer.post("/v1/orders:preview", World::buy(1, "6.000000")), 200);
    set_away(server.database(), true);
    Answer placed;
    {
        const std::jthread placing([&] {
            Caller other = server.caller(world.buyer.key);
            placed = other.post("/v1/orders", World::buy(1, "1.000000"), "k");
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        const Answer preview = buyer.post("/v1/orders:preview", World::buy(1, "6.000000"));
        EXPECT_EQ(preview.status, 503) << preview.text;
        EXPECT_EQ(preview.code(), "unavailable") << preview.text;
        EXPECT_EQ(preview.header("retry-after"), "1");
    }
    EXPECT_EQ(placed.status, 503) << placed.text;
    set_away(server.database(), false);
    Answer again;
    support::wait_until(200, std::chrono::milliseconds(100), [&] {
        again = buyer.post("/v1/orders:preview", World::buy(1, "6.000000"));
        return again.status == 200;
    });
    EXPECT_EQ(again.status, 200) << again.text;
    EXPECT_EQ(buyer.post("/v1/orders", World::buy(1, "1.000000"), "k").status, 201);
}

// Who restarts what is not alive must not restart it for the database's sake, and figures are
// wanted just then.
TEST(ApiOutage, IsToldByReadinessAndNotByLivenessOrFigures) {
    const ApiServer server;
    Caller nobody = server.caller("");
    EXPECT_EQ(nobody.get("/readyz").status, 200);
    set_away(server.database(), true);
    const Answer ready = nobody.get("/readyz");
    EXPECT_EQ(ready.status, 503) << ready.text;
    EXPECT_EQ(ready.code(), "database_unavailable") << ready.text;
    EXPECT_EQ(nobody.get("/healthz").status, 200);
    const Answer figures = nobody.get("/metrics");
    EXPECT_EQ(figures.status, 200);
    EXPECT_NE(figures.text.find("suanpan_core_leading 1"), std::string::npos);
    set_away(server.database(), false);
    Answer again;
    support::wait_until(200, std::chrono::milliseconds(100), [&] {
        again = nobody.get("/readyz");
        return again.status == 200;
    });
    EXPECT_EQ(again.status, 200) << again.text;
}

}  // namespace suanpan::test
