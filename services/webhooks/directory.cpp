#include "services/webhooks/directory.hpp"

#include "db/queries/webhook_deliveries.hpp"

#include <utility>

namespace suanpan::services {

void WebhookWishes::add(const OrganisationId& organisation,
                        const std::vector<std::string>& events) {
    auto& own = wishes_[organisation];
    own.insert(own.end(), events.begin(), events.end());
}

bool WebhookWishes::has(const OrganisationId& organisation, std::string_view type) const {
    const auto own = wishes_.find(organisation);
    return own != wishes_.end() && db::wants(own->second, type);
}

void WebhookDirectory::reload() {
    const std::scoped_lock turn(loading_);
    const auto all = database_.read("list_webhook_wishes", db::list_webhook_wishes);
    auto fresh = std::make_shared<WebhookWishes>();
    for (const db::WebhookWish& wish : all)
        fresh->add(wish.organisation, wish.events);
    const std::scoped_lock lock(mutex_);
    wishes_ = std::move(fresh);
}

std::shared_ptr<const WebhookWishes> WebhookDirectory::wishes() const {
    const std::scoped_lock lock(mutex_);
    return wishes_;
}

}  // namespace suanpan::services
