#include "api/call.hpp"

namespace suanpan::api {

Response json_response(const Json& body, int status) {
    Response response;
    response.status = status;
    response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return response;
}

services::StoredResponse stored(const Json& body, int status, std::string resource) {
    services::StoredResponse response;
    response.status = status;
    response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    response.resource = std::move(resource);
    return response;
}

Error not_found() {
    return {"not_found", "there is nothing here that you may see"};
}

}  // namespace suanpan::api
