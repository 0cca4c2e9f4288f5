// Answers and API keys that are written outside the sequencer's batches.
#include "db/queries/api_keys.hpp"
#include "db/queries/identity.hpp"
#include "db/queries/statements.hpp"
#include "tests/db/fixture.hpp"

#include <pqxx/except>

#include <string>
#include <vector>

namespace suanpan::db {
namespace {

constexpr Time kThen{1'800'000'000};
constexpr Time kLastMoment{kThen.value + kAnswerKept.value};
constexpr Time kNextDay{kLastMoment.value + 1};

template <typename Kind>
Id<Kind> made_id(std::uint8_t fill) {
    Id<Kind> id;
    id.bytes.fill(fill);
    return id;
}

class Responses : public MigratedDatabase {
 protected:
    void SetUp() override {
        MigratedDatabase::SetUp();
        database.execute("INSERT INTO organisation (id, roles, suspended, log_index) VALUES ('" +
                         to_uuid(organisation.bytes) + "', '{buyer}', false, 0)");
    }
    [[nodiscard]] IdempotencyRow answer(const std::string& body, Time time,
                                        bool for_ever = false) const {
        IdempotencyRow row{organisation, "POST /v1/x", "a \"key\", {0}", {}, for_ever, "", 201,
                           body,         time};
        row.body_hash.fill(7);
        return row;
    }
    [[nodiscard]] ApiKeyRow api_key(std::uint8_t fill) const {
        ApiKeyRow key{made_id<ApiKeyKind>(fill), organisation, {}, {}, std::nullopt, "label"};
        key.key_hash.fill(fill);
        return key;
    }
    void insert(const IdempotencyRow& row) {
        pool.write("test", [&row](Tx& tx) { insert_response(tx, row); });
    }
    std::string stored_body() {
        const auto row = pool.read("test", [&](Tx& tx) {
            return find_response(tx, organisation, "POST /v1/x", "a \"key\", {0}");
        });
        return row ? row->body : "none";
    }

    OrganisationId organisation = made_id<OrganisationKind>(1);
};

TEST_F(Responses, TheFirstAnswerOfAKeyStays) {
    insert(answer("{\"a\":1}", kThen));
    EXPECT_THROW(insert(answer("second", kThen)), pqxx::unique_violation);
    EXPECT_THROW(insert(answer("second", kLastMoment)), pqxx::unique_violation);
    EXPECT_EQ(stored_body(), "{\"a\":1}");
}

// A key counted as new after a day, but its row stood in the way until it was swept out.
TEST_F(Responses, AfterADayAKeyTakesAnotherAnswer) {
    insert(answer("first", kThen));
    insert(answer("second", kNextDay));
    EXPECT_EQ(stored_body(), "second");
}

TEST_F(Responses, AKeyForEverNeverTakesAnother) {
    insert(answer("first", kThen, true));
    EXPECT_THROW(insert(answer("second", kNextDay, true)), pqxx::unique_violation);
    EXPECT_EQ(stored_body(), "first");
}

TEST_F(Responses, AnApiKeyIsReadAsItWasWritten) {
    ApiKeyRow key = api_key(2);
    key.scopes = {"buyer", "a,b", "{\"c\\\"}", ""};
    key.expires = kNextDay;
    key.label = "it's \"mine\"";
    pool.write("test", [&](Tx& tx) { insert_api_key(tx, key, answer("made", kThen)); });
    const auto found = pool.read("test", [&key](Tx& tx) { return find_api_key(tx, key.key_hash); });
    ASSERT_TRUE(found);
    EXPECT_EQ(found->key.id, key.id);
    EXPECT_EQ(found->key.organisation, organisation);
    EXPECT_EQ(found->key.scopes, key.scopes);
    EXPECT_EQ(found->key.expires, key.expires);
    EXPECT_EQ(found->key.label, key.label);
    EXPECT_FALSE(found->revoked);
    EXPECT_EQ(stored_body(), "made");
}

TEST_F(Responses, ATakenKeyMakesNoSecondApiKey) {
    const auto make = [&](const ApiKeyRow& key) {
        pool.write("test", [&](Tx& tx) { insert_api_key(tx, key, answer("made", kThen)); });
    };
    make(api_key(2));
    EXPECT_THROW(make(api_key(3)), pqxx::unique_violation);
    EXPECT_EQ(database.query("SELECT count(*) FROM api_key"), "1");
}

}  // namespace
}  // namespace suanpan::db
