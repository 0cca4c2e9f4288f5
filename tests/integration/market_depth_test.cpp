// Depth for a requirement, capacity and totals through the API.

#include "support/wait.hpp"
#include "tests/integration/market_data_fixture.hpp"

#include <chrono>

namespace suanpan::test {
namespace {

class MarketDepth : public MarketData {};

TEST_F(MarketDepth, DepthIsWhatAnOrderCouldTake) {
    const Centre guizhou =
        make_centre("Gui-An", "guizhou", {{"firm", true}, {"rtt_ms", {{"beijing", "38.2"}}}});
    offer(gansu, 3, "5.000000");
    offer(gansu, 8, "6.000000");  // the same eight lots: five are left
    offer(guizhou, 4, "6.000000");
    offer(guizhou, 8, "7.000000");
    offer(guizhou, 8, "1.000000", 20 * kHour);  // not in the window
    const std::string window =
        "/depth?start=" + after(now, kHour) + "&end=" + after(now, 3 * kHour);
    Caller buyer = server.caller(world.buyer.key);
    const auto levels = [&](Caller& who, const std::string& more) {
        return expect(who.get(kMarket + window + more), 200)["levels"];
    };
    const Json all = levels(buyer, "");
    ASSERT_EQ(all.size(), 3U) << all;
    EXPECT_EQ(all[0], (Json{{"price", "5.000000"}, {"lots", 3}, {"cu", "421.200"}, {"offers", 1}}));
    EXPECT_EQ(all[1],
              (Json{{"price", "6.000000"}, {"lots", 9}, {"cu", "1263.600"}, {"offers", 2}}));
    EXPECT_EQ(all[2], (Json{{"price", "7.000000"}, {"lots", 4}, {"cu", "561.600"}, {"offers", 1}}));

    // {"rtt_ms":{"beijing":{"at_most":"40"}}}
    const std::string near =
        "&requirement=%7B%22rtt_ms%22%3A%7B%22beijing%22%3A%7B%22at_most%22%3A%2240%22%7D%7D%7D";
    const Json eligible = levels(buyer, near);
    ASSERT_EQ(eligible.size(), 2U) << eligible;
    EXPECT_EQ(eligible[0]["lots"], 4);
    EXPECT_EQ(eligible[1]["lots"], 4);
    EXPECT_TRUE(levels(buyer,
                       "&requirement=%7B%22hub%22%3A%7B%22one_of%22%3A%5B%22gansu%22%5D%7D"
                       "%2C%22firm%22%3Atrue%7D")
                    .empty());
    // Its own offers are not there for it.
    Caller owner = server.caller(guizhou.party.key);
    EXPECT_EQ(levels(owner, near), Json::array());

    // 6.00 a lot·h of 140.4 CU: 0.0427350… a CU·h, and no less would do.
    const Json in_cu = levels(buyer, near + "&unit=cu&quantity=561.600");
    ASSERT_EQ(in_cu.size(), 1U) << in_cu;
    EXPECT_EQ(in_cu[0]["price"], "0.042736");
    const Json cut = expect(buyer.get(kMarket + window + "&levels=1&quantity=4"), 200);
    EXPECT_EQ(cut["levels"].size(), 1U);
    EXPECT_EQ(cut["has_more"], true);

    // Looking changed nothing: an order takes just that.
    const Json bought = expect(buyer.post("/v1/orders", {{"side", "buy"},
                                                         {"market", "AI-FP16/CNY"},
                                                         {"quantity", 12},
                                                         {"limit_price", "6.000000"},
                                                         {"same_site", false},
                                                         {"window", window_from(now, kHour)}}),
                               201);
    EXPECT_EQ(bought["state"], "filled");
    EXPECT_EQ(levels(buyer, "").size(), 1U);
}

TEST_F(MarketDepth, DepthSaysWhatIsWrongWithTheQuestion) {
    Caller buyer = server.caller(world.buyer.key);
    EXPECT_EQ(buyer.get(kMarket + "/depth").code(), "invalid_request");
    const std::string window =
        "/depth?start=" + after(now, kHour) + "&end=" + after(now, 3 * kHour);
    for (const char* wrong : {"&requirement=%7B%22memry%22%3A1%7D", "&requirement=%7B", "&levels=0",
                              "&levels=501", "&quantity=0", "&quantity=1.5", "&unit=pound", "&x=1"})
        EXPECT_EQ(buyer.get(kMarket + window + wrong).code(), "invalid_request") << wrong;
    EXPECT_EQ(buyer.get(kMarket + "/depth?start=" + after(now, kHour) + "&end=" + now).code(),
              "bad_window");
    EXPECT_EQ(
        buyer.get(kMarket + "/depth?start=" + after(now, 1) + "&end=" + after(now, kHour)).code(),
        "off_grid");
    EXPECT_EQ(buyer.get("/v1/markets/AI-FP8/CNY" + window).status, 404);
    EXPECT_EQ(outsider.get(kMarket + window).status, 401);
    expect(world.op.post(kMarket + ":halt", Json::object()), 200);
    EXPECT_EQ(buyer.get(kMarket + window).code(), "market_halted");
}

TEST_F(MarketDepth, CapacityTellsOfNoSingleProvider) {
    Caller buyer = server.caller(world.buyer.key);
    const Centre second = make_centre("Second", "gansu", Json::object());
    Json capacity = expect(buyer.get("/v1/capacity"), 200);
    EXPECT_EQ(capacity["items"], Json::array());
    EXPECT_EQ(capacity["withheld"], Json::array({"AI-FP16"}));

    make_centre("Third", "gansu", {{"rtt_ms", {{"beijing", "18.0"}}}});
    offer(second, 6, "5.000000");
    trade(gansu, world.buyer, "4.000000");
    const std::string span = "/v1/capacity?from=" + now + "&to=" + after(now, 4 * kHour);
    capacity = expect(buyer.get(span), 200);
    EXPECT_EQ(capacity["withheld"], Json::array());
    ASSERT_EQ(capacity["items"].size(), 1U);
    const Json three{{"class", "AI-FP16"},
                     {"hub", "gansu"},
                     {"providers", 3},
                     {"lots", 24},
                     {"cu", "3369.600"},
                     {"listed_lots", 6},
                     {"blocked_lot_seconds", "0"},
                     {"leased_lot_seconds", "7200"},
                     {"delivered_lot_seconds", "0"},
                     {"leased_cu_hours", "280.800"},
                     {"delivered_cu_hours", "0.000"},
                     {"leased_ppm", 20'833},
                     {"delivered_ppm", 0}};
    EXPECT_EQ(capacity["items"][0], three);
    // A fourth at a hub of its own would show what it has alone, or what is left would.
    make_centre("Fourth", "guizhou", Json::object());
    capacity = expect(buyer.get(span), 200);
    ASSERT_EQ(capacity["items"].size(), 1U);
    EXPECT_FALSE(capacity["items"][0].contains("hub"));
    EXPECT_EQ(capacity["items"][0]["providers"], 4);
    EXPECT_EQ(capacity["items"][0]["lots"], 32);

    const Json tiers = expect(buyer.get("/v1/capacity/tiers?place=beijing"), 200)["items"];
    ASSERT_EQ(tiers.size(), 2U) << tiers;
    EXPECT_EQ(tiers[0]["tier"], "near-edge");
    EXPECT_EQ(tiers[0]["lots"], 8);
    EXPECT_EQ(tiers[1]["tier"], "unmeasured");
    EXPECT_EQ(tiers[1]["lots"], 24);
    for (const char* wrong : {"?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
                              "?from=2024-01-01T00:00:00Z", "?hub=gansu"})
        EXPECT_EQ(buyer.get(std::string("/v1/capacity") + wrong).code(), "invalid_request");
}

TEST_F(MarketDepth, CapacityCountsWhatWasDelivered) {
    for (const char* name : {"Second", "Third"})
        make_centre(name, "gansu", Json::object());
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    expect(seller.post("/v1/orders", world.sell(8, "5.000000")), 201);
    const Json bought = expect(buyer.post("/v1/orders", World::buy(2, "6.000000")), 201);
    deliver(world.op, seller, bought["fills"][0]["lease"]);
    const Json group =
        expect(buyer.get("/v1/capacity?from=2026-01-01T02:00:00Z&to=2026-01-01T04:00:00Z"),
               200)["items"]
            .at(0);
    EXPECT_EQ(group["leased_lot_seconds"], "14400");
    EXPECT_EQ(group["delivered_lot_seconds"], "14400");
    EXPECT_EQ(group["delivered_cu_hours"], "561.600");
    EXPECT_EQ(group["delivered_ppm"], 83'333);  // 2 of 24
}

TEST_F(MarketDepth, TotalsAreForEverybody) {
    trade(gansu, world.buyer, "5.000000");
    move_to("2026-01-01T00:30:00Z");
    Json totals;
    support::wait_until(300, std::chrono::milliseconds(100), [&] {
        totals = expect(outsider.get("/v1/totals"), 200);
        return !totals["traded"].empty();
    });
    EXPECT_EQ(
        totals["traded"],
        Json::array(
            {{{"currency", "CNY"}, {"trades", 1}, {"lot_hours", "2"}, {"value", "10.000000"}}}));
    EXPECT_EQ(totals["traded_until"], now);
    EXPECT_EQ(totals["providers"], 1);
    EXPECT_EQ(totals["accelerators"], 8);
    EXPECT_EQ(totals["classes"],
              Json::array({{{"class", "AI-FP16"}, {"pools", 1}, {"lots", 8}, {"cu", "1123.200"}}}));
}

}  // namespace
}  // namespace suanpan::test
