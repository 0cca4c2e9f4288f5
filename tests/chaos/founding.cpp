#include "base/random.hpp"
#include "tests/chaos/exchange_floor.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

namespace suanpan::chaos {
namespace {

// Said out loud when it is refused: nothing is broken yet.
Json must(Client& client, const std::string& target, const Json& body) {
    Told told = client.post(Kind::kMoney, "", target, body);
    if (told.status >= 300 || told.status == 0)
        throw std::runtime_error(target + ": " + std::to_string(told.status) + ' ' +
                                 told.body.dump());
    return std::move(told.body);
}

// What was just answered may be a moment away from being readable.
Json must_get(Client& client, const std::string& target) {
    constexpr int kTries = 50;
    for (int i = 0; i < kTries; ++i) {
        Json answer = client.get(target);
        if (answer.is_object()) return answer;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    throw std::runtime_error(target + ": no answer");
}

OrganisationId id_of(const Json& text) {
    return parse_id<OrganisationId>(text.get<std::string>()).value();
}

Key make_party(Client& op, const std::string& name, const char* role) {
    const Json made = must(op, "/v1/organisations", {{"name", name}, {"roles", {role}}});
    const std::string id = made["id"];
    const Json key =
        must(op, "/v1/organisations/" + id + "/api-keys", {{"scopes", {role}}, {"label", "chaos"}});
    return {id_of(made["id"]), key["secret"]};
}

Key make_officer(Client& op, const Key& of, const char* name) {
    const std::string path = "/v1/organisations/" + to_string(of.organisation);
    const Json user = must(op, path + "/users", {{"name", name}});
    const Json key = must(op, path + "/api-keys",
                          {{"scopes", {"operator"}}, {"label", name}, {"user", user["id"]}});
    return {of.organisation, key["secret"]};
}

void make_market(Client& op) {
    must(op, "/v1/device-models",
         {{"id", "a100-80gb"},
          {"device", "A100 80GB"},
          {"vendor", "nvidia"},
          {"kind", "gpu"},
          {"peak", {{"AI-FP16", "312.000"}}},
          {"memory_gib", 80},
          {"source", "vendor's data sheet"}});
    must(op, "/v1/markets", {{"market", "AI-FP16/CNY"}, {"grid", "PT1M"}});
    must(op, "/v1/schedules",
         {{"fees",
           {{"buyer_maker_ppm", 8'000},
            {"buyer_taker_ppm", 10'000},
            {"provider_maker_ppm", 8'000},
            {"provider_taker_ppm", 10'000}}},
          {"metering", {{"billing_window", "PT10M"}, {"deadline", "PT10M"}}},
          {"dispute_period", "PT30M"},
          {"efficiency_ppm", {{"AI-FP16", 450'000}}}});
}

Provider make_provider(const Market& market, Client& op, const std::string& name, int number) {
    Provider provider;
    provider.key = make_party(op, name, "provider");
    Client client(market, nullptr, name + " founds", provider.key,
                  static_cast<std::uint64_t>(number), 30'000);
    const Json site = must(client, "/v1/sites", {{"name", name + " hall"}, {"hub", "gansu"}});
    for (int i = 0; i < 2; ++i) {
        const Json pool = must(client, "/v1/pools",
                               {{"site", site["id"]}, {"model", "a100-80gb"}, {"lots", kPoolLots}});
        provider.pools.push_back(pool["id"]);
    }
    provider.meter_seed = random_seed();
    const PublicKey key = SigningKey(provider.meter_seed).public_key();
    provider.meter = must(client, "/v1/meters",
                          {{"role", "provider"}, {"public_key", to_base64(as_chars(key))}})["id"];
    return provider;
}

OrganisationId operator_of(Client& op) {
    const Json listed = must_get(op, "/v1/organisations?limit=200");
    for (const Json& row : listed["items"]) {
        if (row["roles"].dump().find("operator") != std::string::npos) return id_of(row["id"]);
    }
    throw std::runtime_error("the server names no operator");
}

}  // namespace

Floor found_floor(const Market& market, const std::string& operator_secret) {
    Floor floor;
    floor.operator_key.secret = operator_secret;
    Client op(market, nullptr, "founding", floor.operator_key, 1, 30'000);
    floor.operator_key.organisation = operator_of(op);
    make_market(op);
    floor.first_officer = make_officer(op, floor.operator_key, "First officer");
    floor.second_officer = make_officer(op, floor.operator_key, "Second officer");
    int number = 0;
    for (const char* name : {"Gansu Computing", "Guizhou Computing"})
        floor.providers.push_back(make_provider(market, op, name, ++number));
    Client first(market, nullptr, "first officer founds", floor.first_officer, 2, 30'000);
    Client second(market, nullptr, "second officer founds", floor.second_officer, 3, 30'000);
    for (const char* name : {"A Laboratory", "A Start-up", "A Car Maker", "A Student"}) {
        floor.buyers.push_back(make_party(op, name, "buyer"));
        const bool poor = name == std::string_view("A Student");
        const Json asked =
            must(first, "/v1/accounts/" + to_string(floor.buyers.back().organisation) + "/deposits",
                 {{"currency", "CNY"},
                  {"amount", poor ? "40.000000" : "1000000.000000"},
                  {"reference", "first"}});
        must(second, "/v1/cash-requests/" + asked["id"].get<std::string>() + ":approve",
             Json::object());
    }
    const Json digest = must_get(op, "/v1/admin/digest");
    floor.log_size = std::stoll(digest["log_size"].dump());
    return floor;
}

}  // namespace suanpan::chaos
