#pragma once

// Who wants to be told of what, in memory: asked with every commit, so it costs nothing while
// nobody does.

#include "base/ids.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::db {
class Pool;
}

namespace suanpan::services {

// The wishes of one moment.
class WebhookWishes {
 public:
    void add(const OrganisationId& organisation, const std::vector<std::string>& events);
    [[nodiscard]] bool empty() const { return wishes_.empty(); }
    // Some endpoint of the organisation is told of this type.
    [[nodiscard]] bool has(const OrganisationId& organisation, std::string_view type) const;

 private:
    std::map<OrganisationId, std::vector<std::string>> wishes_;
};

// Thread-safe. This server alone changes endpoints while it leads, so memory is as the database is.
class WebhookDirectory {
 public:
    explicit WebhookDirectory(db::Pool& database) : database_(database) {}

    // After each change of an endpoint, before the change is answered.
    void reload();
    [[nodiscard]] std::shared_ptr<const WebhookWishes> wishes() const;

 private:
    db::Pool& database_;
    std::mutex loading_;  // so that the last to read is the last to write
    mutable std::mutex mutex_;
    std::shared_ptr<const WebhookWishes> wishes_ = std::make_shared<WebhookWishes>();
};

}  // namespace suanpan::services
