#include "api/handlers/stored.hpp"

#include "api/dispatcher.hpp"
#include "services/clock.hpp"

#include <utility>

namespace suanpan::api {

db::IdempotencyRow row_of(const Call& call, const services::IdempotencyKey& key,
                          const services::StoredResponse& response) {
    return {key.organisation, key.route,     key.key,
            key.body_hash,    key.for_ever,  response.resource,
            response.status,  response.body, call.context.clock.now(),
            std::nullopt};
}

services::IdempotentWrites::Done with_secret(const std::shared_ptr<Call>& call, const Reply& reply,
                                             std::shared_ptr<const std::string> secret) {
    return
        [call, reply, secret = std::move(secret)](const Result<services::StoredResponse>& result) {
            if (!result || result->repeated) {
                answer(*call, reply, result);
                return;
            }
            Json body = Json::parse(result->body);
            body["secret"] = *secret;
            Response fresh = json_response(body, result->status);
            fresh.headers.emplace_back("Cache-Control", "no-store");
            reply(std::move(fresh));
        };
}

}  // namespace suanpan::api
