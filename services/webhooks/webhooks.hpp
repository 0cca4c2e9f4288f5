#pragma once

// What a server has for webhooks, for those who change them.

#include "services/webhooks/delivery_loop.hpp"
#include "services/webhooks/directory.hpp"
#include "services/webhooks/signature.hpp"
#include "services/webhooks/target.hpp"

namespace suanpan::services {

// All of it is thread-safe.
struct Webhooks {
    WebhookDirectory& directory;
    const WebhookKey& key;
    DeliveryLoop& loop;
    TargetRules targets;
    const Clock& real_time;
};

}  // namespace suanpan::services
