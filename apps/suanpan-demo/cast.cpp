#include "apps/suanpan-demo/cast.hpp"

#include "apps/suanpan-demo/closing.hpp"
#include "apps/suanpan-demo/deals.hpp"
#include "apps/suanpan-demo/member.hpp"
#include "base/time.hpp"

#include <array>
#include <string_view>

namespace suanpan::demo {
namespace {

constexpr std::size_t kProviderProcesses = 2;
constexpr std::size_t kBuyerProcesses = 4;
constexpr Duration kGrantLasts{30 * 86'400};
constexpr std::uint64_t kSeed = 20'260'615;
constexpr std::string_view kShortCentre = "34";  // Chengdu: cheap, so it sells

// About half of them internet companies (facts.csv).
constexpr std::array<std::string_view, 12> kBuyers{
    "Search and advertising group", "Short-video platform",
    "E-commerce platform",          "Game studio",
    "Online-travel service",        "Speech-assistant maker",
    "Car maker's simulation team",  "Weather service",
    "University laboratory",        "Drug-discovery start-up",
    "Bank's risk department",       "Small robotics firm"};
constexpr std::string_view kDoubter = "Car maker's simulation team";
constexpr std::string_view kBuyerMoney = "8000000.00";
// The last one runs out of money, which the market must notice.
constexpr std::string_view kLittleMoney = "300.00";

struct Owner {
    std::string_view centre;
    std::string_view name;
    std::int64_t share_ppm;
};
// Invented: who co-built these centres is not published. An empty name is the provider itself.
constexpr std::array<Owner, 5> kOwners{{{"6", "", 600'000},
                                        {"6", "Nanjing district investor (assumed)", 400'000},
                                        {"34", "", 510'000},
                                        {"34", "Chengdu city fund (assumed)", 290'000},
                                        {"34", "Chengdu university (assumed)", 200'000}}};

Json register_one(Stage& stage, Cast& cast, const std::string& name,
                  const std::vector<std::string>& roles) {
    Json made = make_organisation(stage.operator_api(), name, roles);
    cast.names[text_of(made, "id")] = name;
    return made;
}

void register_providers(Stage& stage, Cast& cast, const World& world) {
    for (const CentrePlan& centre : world.centres) {
        Json made = register_one(stage, cast, centre.name_zh, {"provider"});
        made["centre"] = centre.id;
        if (centre.id == kShortCentre) cast.short_provider = text_of(made, "id");
        Json shares = Json::array();
        for (const Owner& owner : kOwners) {
            if (owner.centre != centre.id) continue;
            std::string id = text_of(made, "id");
            if (!owner.name.empty()) {
                cast.co_owners.push_back(
                    register_one(stage, cast, std::string(owner.name), {"provider"}));
                id = text_of(cast.co_owners.back(), "id");
                if (centre.id == kShortCentre && cast.co_owner.empty()) cast.co_owner = id;
            }
            shares.push_back({{"organisation", id}, {"share_ppm", owner.share_ppm}});
        }
        if (!shares.empty()) cast.titles[text_of(made, "id")] = shares;
        cast.provider_organisations.push_back(std::move(made));
    }
}

void register_buyers(Stage& stage, Cast& cast) {
    for (const auto name : kBuyers) {
        Json made = register_one(stage, cast, std::string(name), {"buyer"});
        deposit(stage, text_of(made, "id"),
                std::string(name == kBuyers.back() ? kLittleMoney : kBuyerMoney));
        if (name == kDoubter) cast.doubter = text_of(made, "id");
        cast.buyer_organisations.push_back(std::move(made));
    }
}

// Every n-th of them, from `first` on.
Json share_of_members(const std::vector<Json>& all, std::size_t first, std::size_t step) {
    Json out = Json::array();
    for (std::size_t i = first; i < all.size(); i += step)
        out.push_back(all[i]);
    return out;
}

// Its keys go to the portal, which registers them and tells the meters' ids.
void start_meters(Stage& stage, Cast& cast, Party& portal, std::string_view side,
                  const Json& members) {
    Party& meter = cast.meters.emplace_back("meter", stage.path("parties.log"));
    Json join = {{"do", "join"},
                 {"url", stage.url()},
                 {"organisations", members},
                 {"side", side},
                 {"short_of", cast.short_provider},
                 {"delivers_ppm", kShortPpm}};
    if (side == "buyer") join.update({{"doubter", cast.doubter}, {"sees_ppm", kDoubtPpm}});
    meter.ask(join);
    portal.ask({{"do", "meters"}, {"meters", meter.answer()}});
    meter.ask({{"do", "meters"}, {"meters", portal.answer()}});
    meter.answer();
}

void start_providers(Stage& stage, Cast& cast) {
    for (std::size_t i = 0; i < kProviderProcesses; ++i) {
        Party& provider = cast.providers.emplace_back("provider", stage.path("parties.log"));
        const Json members = share_of_members(cast.provider_organisations, i, kProviderProcesses);
        provider.ask({{"do", "join"}, {"url", stage.url()}, {"organisations", members}});
        provider.answer();
        start_meters(stage, cast, provider, "provider", members);
    }
}

void start_buyers(Stage& stage, Cast& cast, const DayTimes& times, std::int64_t orders) {
    for (std::size_t i = 0; i < kBuyerProcesses; ++i) {
        Party& buyer = cast.buyers.emplace_back("buyer", stage.path("parties.log"));
        const Json members = share_of_members(cast.buyer_organisations, i, kBuyerProcesses);
        buyer.ask({{"do", "join"},
                   {"url", stage.url()},
                   {"organisations", members},
                   {"open", to_string(times.open)},
                   {"close", to_string(times.close)},
                   {"last_end", to_string(times.last_end)},
                   {"seed", kSeed + i},
                   {"orders", orders / static_cast<std::int64_t>(kBuyerProcesses)},
                   {"grants", cast.grants},
                   {"projects", cast.projects}});
        buyer.answer();
        start_meters(stage, cast, buyer, "buyer", members);
    }
}

}  // namespace

Cast assemble_cast(Stage& stage, const World& world, const DayTimes& times, std::int64_t orders) {
    Cast cast;
    register_providers(stage, cast, world);
    register_buyers(stage, cast);
    cast.auditor_key = text_of(register_one(stage, cast, "Auditor", {"auditor"}), "key");
    agree_deals(stage, cast, world, Time(times.last_end.value + kGrantLasts.value));
    start_providers(stage, cast);
    start_buyers(stage, cast, times, orders);
    return cast;
}

}  // namespace suanpan::demo
