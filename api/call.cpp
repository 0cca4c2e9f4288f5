#include "api/call.hpp"

#include "api/problem.hpp"

namespace suanpan::api {

namespace {

constexpr services::RoleSet kStaff = services::role_bit(core::Role::kOperator) |
                                     services::role_bit(core::Role::kSettlement) |
                                     services::role_bit(core::Role::kAuditor);

bool is_for_staff(const Route& route) {
    return route.access == Access::kRoles && (route.roles & ~kStaff) == 0;
}

}  // namespace

db::Reader Call::reader() const {
    if (route != nullptr && is_for_staff(*route)) return context.database.all_rows();
    return context.database.as(caller);
}

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

void refuse(const Call& call, const Reply& reply, const Error& error) {
    reply(problem(error, call.request.path));
}

}  // namespace suanpan::api
