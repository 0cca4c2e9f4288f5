// The words of the API's description are those of the code's enumerations.

#include "core/rows.hpp"
#include "matching/profile.hpp"
#include "matching/terms.hpp"
#include "services/webhooks/event_types.hpp"
#include "settlement/accounts.hpp"
#include "settlement/dispute.hpp"
#include "settlement/guarantee.hpp"
#include "settlement/reading.hpp"
#include "settlement/voucher.hpp"
#include "tests/api/described.hpp"

#include <gtest/gtest.h>

#include <set>

namespace suanpan::api {

namespace {

using Names = std::set<std::string>;

const Json& described_schema(const std::string& name) {
    return test::described_api().root()["components"]["schemas"][name];
}

template <typename Enum>
void expect_words(const std::string& schema, Enum last, Enum first = Enum{}) {
    Names words;
    for (int at = static_cast<int>(first); at <= static_cast<int>(last); ++at)
        words.insert(std::string(to_string(static_cast<Enum>(at))));
    const auto described = described_schema(schema)["enum"].get<Names>();
    EXPECT_EQ(described, words) << schema;
}

}  // namespace

TEST(OpenApiWords, AreThoseOfTheEnumerations) {
    expect_words("Role", core::Role::kArbiter);
    expect_words("LeaseState", core::LeaseState::kTerminated);
    expect_words("TimeInForce", matching::TimeInForce::kFok);
    expect_words("SelfTradePrevention", matching::SelfTrade::kDecrement);
    expect_words("Billing", matching::Billing::kMetered);
    expect_words("OrderState", matching::OrderState::kRejected);
    expect_words("EndReason", matching::EndReason::kCallClosed, matching::EndReason::kByRequest);
    expect_words("BuyerKind", settlement::BuyerKind::kMaker);
    expect_words("MeterRole", settlement::MeterRole::kOperator);
    expect_words("AccountKind", settlement::AccountKind::kReserved);
    expect_words("Quantity", settlement::Quantity::kRate);
    expect_words("DisputeParty", settlement::DisputeParty::kBuyer);
}

TEST(OpenApiWords, HaveEachEventOfWebhooks) {
    Names types{std::string(services::kAllEvents)};
    const std::string guide = test::read_source("docs/api.md");
    for (const std::string_view type : services::webhook_event_types()) {
        types.emplace(type);
        const std::string subject(type.substr(0, type.find('.') + 1));
        EXPECT_TRUE(guide.find("`" + std::string(type) + "`") != std::string::npos ||
                    guide.find("`" + subject + "`") != std::string::npos)
            << type << " is not in the guide";
    }
    EXPECT_EQ(described_schema("WebhookEventType")["enum"].get<Names>(), types);
}

TEST(OpenApiWords, HaveEachAttributeInProfileAndRequirement) {
    Names attributes;
    for (const matching::AttributeInfo& info : matching::attribute_table())
        attributes.insert(std::string(info.name));
    for (const char* schema : {"Profile", "Requirement"}) {
        Names described;
        for (const auto& [name, property] : described_schema(schema)["properties"].items())
            described.insert(name);
        EXPECT_EQ(described, attributes) << schema;
    }
}

}  // namespace suanpan::api
