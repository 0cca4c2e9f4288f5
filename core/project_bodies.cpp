#include "core/project_bodies.hpp"

#include "base/decimal.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::core {

Json write(const OpenProject& body) {
    return {{"id", to_string(body.id)},
            {"organisation", to_string(body.organisation)},
            {"name", body.name},
            {"what", "open_project"}};
}

Json write(const RenameProject& body) {
    return {{"id", to_string(body.id)}, {"name", body.name}, {"what", "rename_project"}};
}

Json write(const CloseProject& body) {
    return {{"id", to_string(body.id)}, {"what", "close_project"}};
}

Json write(const SetProjectBudget& body) {
    Json out{{"id", to_string(body.id)}, {"currency", body.currency}, {"what", "budget_project"}};
    if (body.limit) out["limit"] = to_string(*body.limit);
    return out;
}

CommandBody read_project(std::string_view what, Fields& in) {
    const auto id = in.id<ProjectId>("id");
    if (what == "open_project")
        return OpenProject{id, in.id<OrganisationId>("organisation"), in.text("name")};
    if (what == "rename_project") return RenameProject{id, in.text("name")};
    if (what == "close_project") return CloseProject{id};
    if (what != "budget_project") in.fault("what", "is not known here");
    SetProjectBudget out{id, in.text("currency")};
    if (in.has("limit")) out.limit = in.parsed("limit", parse_money);
    return out;
}

}  // namespace suanpan::core
