#include "apps/suanpan-demo/deals.hpp"

#include "apps/suanpan-demo/closing.hpp"
#include "apps/suanpan-demo/member.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <array>

namespace suanpan::demo {
namespace {

// All of this section is invented, as the buyers are.
constexpr std::string_view kDiscountHub = "cheng-yu";
constexpr std::int64_t kDiscountPpm = 50'000;
constexpr std::array<std::string_view, 3> kGroup{"Search and advertising group",
                                                 "Speech-assistant maker", "Weather service"};

constexpr std::string_view kFunder = "City digital-economy office";
constexpr std::string_view kBudget = "20000.000000";
constexpr std::string_view kGrant = "6000.000000";
constexpr std::int64_t kVoucherSharePpm = 400'000;
struct Supported {
    std::string_view name;
    std::string_view kind;
};
constexpr std::array<Supported, 2> kSupported{
    {{"University laboratory", "university"}, {"Small robotics firm", "small_firm"}}};

constexpr std::string_view kProjectBuyer = "Drug-discovery start-up";
constexpr std::string_view kProject = "Molecule screening";
constexpr std::string_view kProjectBudget = "2000.000000";

const Json& named(const std::vector<Json>& organisations, std::string_view name) {
    return *std::ranges::find_if(organisations,
                                 [&](const Json& one) { return text_of(one, "name") == name; });
}

void agree_discounts(Stage& stage, const Cast& cast, const World& world) {
    for (const Json& provider : cast.provider_organisations) {
        const auto centre =
            std::ranges::find(world.centres, text_of(provider, "centre"), &CentrePlan::id);
        if (centre->hub != kDiscountHub) continue;
        client::Api api = stage.api(text_of(provider, "key"));
        for (const auto buyer : kGroup) {
            must(
                api.post("/v1/agreements", {{"buyer", named(cast.buyer_organisations, buyer)["id"]},
                                            {"currency", kCurrency},
                                            {"discount_ppm", kDiscountPpm},
                                            {"classes", {"AI-FP16"}}}),
                "discount agreement");
        }
    }
}

void grant_vouchers(Stage& stage, Cast& cast, Time until) {
    Json funder = make_organisation(stage.operator_api(), std::string(kFunder), {"funder"});
    cast.names[text_of(funder, "id")] = kFunder;
    deposit(stage, text_of(funder, "id"), std::string(kBudget));
    client::Api api = stage.api(text_of(funder, "key"));
    const Json programme =
        must(api.post("/v1/voucher-programmes", {{"currency", kCurrency},
                                                 {"budget", kBudget},
                                                 {"until", to_string(until)},
                                                 {"share_ppm", kVoucherSharePpm},
                                                 {"scope",
                                                  {{"classes", {"AI-FP16"}},
                                                   {"purposes", {kVoucherPurpose}},
                                                   {"kinds", {"small_firm", "university"}}}}}),
             "voucher programme");
    for (const auto& [name, kind] : kSupported) {
        const Json& buyer = named(cast.buyer_organisations, name);
        const std::string id = text_of(buyer, "id");
        must(
            stage.operator_api().post("/v1/organisations/" + id + ":describe", {{"kinds", {kind}}}),
            "kind of buyer");
        const Json grant = must(api.post("/v1/voucher-grants", {{"programme", programme.at("id")},
                                                                {"organisation", id},
                                                                {"amount", kGrant},
                                                                {"expires", to_string(until)}}),
                                "grant");
        cast.grants[id] = text_of(grant, "id");
    }
    cast.funder = std::move(funder);
}

// A buyer keeps what one of its projects may cost within a budget.
void open_project(Stage& stage, Cast& cast) {
    const Json& buyer = named(cast.buyer_organisations, kProjectBuyer);
    client::Api api = stage.api(text_of(buyer, "key"));
    const Json project = must(api.post("/v1/projects", {{"name", kProject}}), "project");
    const std::string id = text_of(project, "id");
    must(api.post("/v1/projects/" + id + ":set-budget",
                  {{"currency", kCurrency}, {"amount", kProjectBudget}}),
         "project's budget");
    cast.projects[text_of(buyer, "id")] = id;
}

}  // namespace

void agree_deals(Stage& stage, Cast& cast, const World& world, Time until) {
    agree_discounts(stage, cast, world);
    grant_vouchers(stage, cast, until);
    open_project(stage, cast);
}

}  // namespace suanpan::demo
