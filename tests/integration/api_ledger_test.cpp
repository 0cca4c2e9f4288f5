// The ledger over HTTP: what writes are told, whose entries are whose, and how the files are
// served.

#include "ledger/checkpoint.hpp"
#include "ledger/receipt.hpp"
#include "ledger/tile.hpp"
#include "services/publishing/tile_store.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace suanpan::test {
namespace {

Answer post_preferring(Caller& caller, const std::string& target, const Json& body,
                       const std::string& prefer, const std::string& key) {
    client::HttpRequest request;
    request.method = "POST";
    request.target = target;
    request.body = body.dump();
    request.headers = {
        {"Content-Type", "application/json"}, {"Idempotency-Key", key}, {"Prefer", prefer}};
    return caller.send(request);
}

Answer get_with(Caller& caller, const std::string& method, const std::string& target,
                const std::string& encoding = "") {
    client::HttpRequest request;
    request.method = method;
    request.target = target;
    if (!encoding.empty()) request.headers.emplace_back("Accept-Encoding", encoding);
    return caller.send(request);
}

std::string operator_id(Caller& op) {
    const Json listed = expect(op.get("/v1/organisations"), 200);
    for (const Json& one : listed["items"]) {
        if (one["roles"].dump().find("operator") != std::string::npos)
            return one["id"].get<std::string>();
    }
    throw std::runtime_error("no operator: " + listed.dump());
}

std::int64_t index_of(const std::string& receipt) {
    return std::stoll(receipt.substr(receipt.rfind('/') + 1));
}

TEST(ApiLedger, AWriteIsToldWhetherItIsPublished) {
    ApiServer server;
    const World world(server);
    Caller buyer = server.caller(world.buyer.key);
    const Json order = World::buy(1, "4.000000");

    const Answer plain = buyer.post("/v1/orders", order);
    EXPECT_FALSE(plain.body.contains("ack"));
    EXPECT_EQ(plain.header("preference-applied"), "");

    const Answer at_once = post_preferring(buyer, "/v1/orders", order, "respond-async", "a-1");
    ASSERT_EQ(at_once.status, 201) << at_once.text;
    EXPECT_TRUE(at_once.body["ack"] == "sequenced" || at_once.body["ack"] == "published");
    EXPECT_EQ(at_once.header("preference-applied"), "respond-async");
    EXPECT_TRUE(at_once.body.contains("id"));

    const Answer waited = post_preferring(buyer, "/v1/orders", order, "wait=20", "a-2");
    ASSERT_EQ(waited.status, 201) << waited.text;
    EXPECT_EQ(waited.body["ack"], "published");
    EXPECT_EQ(waited.header("preference-applied"), "wait=20");
    const std::string receipt = waited.body["receipt"].get<std::string>();
    EXPECT_EQ(index_of(receipt), waited.body["log_index"]);
    EXPECT_EQ(buyer.get(receipt).status, 200);

    // A repeat is told of the same entry, and so is who was refused.
    const Answer again = post_preferring(buyer, "/v1/orders", order, "wait=20", "a-2");
    EXPECT_EQ(again.body, waited.body);
    const Answer refused =
        post_preferring(buyer, "/v1/orders", World::buy(4, "9999.000000"), "wait=20", "a-3");
    EXPECT_EQ(refused.status, 422) << refused.text;
    EXPECT_EQ(refused.body["ack"], "published");
    // What never came into the log is acknowledged in no way.
    const Answer wrong = post_preferring(buyer, "/v1/orders", {{"side", "up"}}, "wait=20", "a-4");
    EXPECT_GE(wrong.status, 400);
    EXPECT_FALSE(wrong.body.contains("ack"));
    // Many commands: all of them.
    const Answer batch = post_preferring(buyer, "/v1/orders:batch",
                                         {{"orders", Json::array({order, order})}}, "wait=20", "b");
    EXPECT_EQ(batch.body["ack"], "published") << batch.text;
    EXPECT_FALSE(batch.body.contains("receipt"));
    // What makes no entry is not said to be in the log.
    const Answer preview = post_preferring(buyer, "/v1/orders:preview", order, "wait=20", "p");
    EXPECT_EQ(preview.status, 200) << preview.text;
    EXPECT_FALSE(preview.body.contains("ack")) << preview.text;
    const Answer api_key =
        post_preferring(buyer, "/v1/organisations/" + world.buyer.id + "/api-keys",
                        {{"scopes", {"buyer"}}, {"label", "x"}}, "wait=20", "k");
    EXPECT_EQ(api_key.status, 201) << api_key.text;
    EXPECT_FALSE(api_key.body.contains("ack")) << api_key.text;
}

TEST(ApiLedger, WaitingEndsWithItsTimeAndWithTheServer) {
    ApiServer server({"--publish-interval-ms", "60000"});
    const World world(server);
    Caller buyer = server.caller(world.buyer.key);
    const Json order = World::buy(1, "4.000000");
    const Answer waited = post_preferring(buyer, "/v1/orders", order, "wait=1", "a");
    EXPECT_EQ(waited.status, 201);
    EXPECT_EQ(waited.body["ack"], "sequenced");
    const Answer pending = buyer.get(waited.body["receipt"].get<std::string>());
    EXPECT_EQ(pending.status, 202);
    EXPECT_EQ(pending.header("retry-after"), "1");
    EXPECT_EQ(pending.body["ack"], "sequenced");
    EXPECT_EQ(server.stop(), 0);
}

TEST(ApiLedger, AnOrganisationGetsItsOwnEntriesAndReceiptsOnly) {
    ApiServer server;
    const World world(server);
    Caller buyer = server.caller(world.buyer.key);
    Caller seller = server.caller(world.provider.key);
    Caller op = server.operator_caller();
    expect(seller.post("/v1/orders", world.sell(1, "4.000000")), 201);
    const Answer bought =
        post_preferring(buyer, "/v1/orders", World::buy(1, "4.000000"), "wait=20", "buy");
    const std::int64_t index = index_of(bought.body["receipt"].get<std::string>());
    wait_published(op);
    const auto path = [](const char* what, std::int64_t at) {
        return std::string("/v1/ledger/") + what + "/" + std::to_string(at);
    };

    const Answer entry = buyer.get(path("entries", index));
    ASSERT_EQ(entry.status, 200);
    const auto receipt = ledger::parse_receipt(buyer.get(path("receipts", index)).text);
    ASSERT_TRUE(receipt) << receipt.error().detail();
    EXPECT_EQ(receipt->index, static_cast<std::uint64_t>(index));
    const auto key = ledger::parse_verifier_key(log_key(op)).value();
    EXPECT_TRUE(ledger::verify_receipt(*receipt, entry.text, key));
    EXPECT_FALSE(ledger::verify_receipt(*receipt, entry.text + " ", key));

    // The order is the buyer's; the trade and the lease behind it are both parties'.
    EXPECT_EQ(seller.get(path("receipts", index)).status, 404);
    EXPECT_EQ(seller.get(path("entries", index)).status, 404);
    for (const std::int64_t shared : {index + 1, index + 2}) {
        EXPECT_EQ(buyer.get(path("receipts", shared)).status, 200);
        EXPECT_EQ(seller.get(path("receipts", shared)).status, 200);
        EXPECT_EQ(seller.get(path("entries", shared)).text,
                  buyer.get(path("entries", shared)).text);
    }
    const Party stranger = make_party(op, "Stranger", {"buyer"});
    Caller other = server.caller(stranger.key);
    for (std::int64_t at = 0; at <= index + 2; ++at)
        EXPECT_EQ(other.get(path("entries", at)).status, 404) << at;
    EXPECT_EQ(op.get(path("receipts", index)).status, 200);
    // It is the auditor's scope that opens all entries, not that the key is the operator's.
    const Json narrow = expect(op.post("/v1/organisations/" + operator_id(op) + "/api-keys",
                                       {{"scopes", {"operator"}}, {"label", "no auditor"}}),
                               201);
    Caller plain = server.caller(narrow["secret"].get<std::string>());
    EXPECT_EQ(plain.get(path("receipts", index)).status, 404);
    EXPECT_EQ(plain.get(path("entries", index)).status, 404);
    EXPECT_EQ(server.caller("").get(path("receipts", index)).status, 401);
    for (const char* none : {"1000000", "-1", "x", "9223372036854775808"})
        EXPECT_EQ(buyer.get(std::string("/v1/ledger/receipts/") + none).status, 404) << none;
}

TEST(ApiLedger, FilesAreServedAsTheyLieOnDisk) {
    ApiServer server;
    const World world(server);
    Caller op = server.operator_caller();
    Caller nobody = server.caller("");
    const auto size = static_cast<std::uint64_t>(wait_published(op));
    const services::TileStore tiles(server.data() / "tiles");

    const Answer note = nobody.get("/v1/ledger/checkpoint");
    EXPECT_EQ(note.header("content-type"), "text/plain; charset=utf-8");
    EXPECT_EQ(note.header("cache-control"), "public, max-age=1");
    for (const ledger::TileId& tile : ledger::tiles_between(0, size)) {
        const bool entries = tile.kind == ledger::TileKind::kEntries;
        const std::string target = "/v1/ledger/" + ledger::tile_path(tile);
        const Answer got = (entries ? op : nobody).get(target);
        EXPECT_EQ(got.status, 200) << target;
        EXPECT_EQ(got.text, tiles.read_tile(tile).value());
        EXPECT_EQ(got.header("content-type"), "application/octet-stream");
        EXPECT_NE(got.header("cache-control").find("immutable"), std::string::npos);
        const Answer head = get_with(entries ? op : nobody, "HEAD", target);
        EXPECT_EQ(head.status, 200);
        EXPECT_EQ(head.header("content-length"), std::to_string(got.text.size()));
        EXPECT_EQ(head.text, "");
        if (!entries) continue;
        EXPECT_EQ(nobody.get(target).status, 401);
        EXPECT_EQ(server.caller(world.buyer.key).get(target).status, 403);
        const Answer packed = get_with(op, "GET", target, "br, gzip");
        EXPECT_EQ(packed.header("content-encoding"), "gzip");
        EXPECT_EQ(packed.header("vary"), "Accept-Encoding");
        EXPECT_LT(packed.text.size(), got.text.size());
        EXPECT_EQ(packed.text.substr(0, 2), "\x1f\x8b");
        EXPECT_EQ(get_with(op, "GET", target, "identity").text, got.text);
    }
    EXPECT_EQ(get_with(nobody, "HEAD", "/v1/ledger/checkpoint").status, 200);
    // A file that no signature covers yet, as a run leaves it that ends before it signs.
    std::ofstream(server.data() / "tiles" / "tile/0/001") << std::string(8'192, 'x');
    for (const char* none : {"tile/0/001", "tile/64/000", "tile/0/000.p/0", "tile/0/x000", "tile"})
        EXPECT_EQ(nobody.get(std::string("/v1/ledger/") + none).status, 404) << none;
}

}  // namespace
}  // namespace suanpan::test
