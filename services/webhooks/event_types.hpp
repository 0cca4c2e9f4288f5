#pragma once

// What can be told to a webhook. The words behind the dot are the states' own where there is one.

#include "base/result.hpp"

#include <span>
#include <string>
#include <string_view>

namespace suanpan::services {

// Sent on request only, to one endpoint.
inline constexpr std::string_view kWebhookTest = "webhook.test";
inline constexpr std::string_view kAllEvents = "*";

// All but kWebhookTest, in the order in which they are documented.
std::span<const std::string_view> webhook_event_types();

// One of these, or kAllEvents. Error `unknown_word`.
Result<std::string> parse_event_type(std::string_view text);

}  // namespace suanpan::services
