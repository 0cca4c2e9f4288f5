// What the operator does by two persons beside moving money.

#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "apps/suanpan/periods.hpp"

namespace suanpan::cli {
namespace {

struct RequestInput {
    std::string id;
    std::string content;
    std::string state;
};

void id_option(CLI::App& app, RequestInput& in) {
    app.add_option("id", in.id, "apv_…")->required();
}

// A closing that was approved is carried to its end.
Result<void> approve(Session& session, const RequestInput& in) {
    const auto server = session.api();
    if (!server) return fail(server.error());
    Json body = Json::object();
    put(body, "content", in.content);
    const auto approved = (*server)->post("/v1/operator-requests/" + in.id + ":approve", body);
    if (!approved) return fail(approved.error());
    if (!approved->contains("period")) {
        session.show(*approved);
        return {};
    }
    return finish_closing(session, approved->at("closing"));
}

}  // namespace

void add_requests(CLI::App& root, Session& session) {
    CLI::App& group = add_group(
        root, "request", "Payment keys and closings that wait for another person (operator)");
    add_command<RequestInput>(
        group, session, "list", "What was asked for, and what became of it",
        [](CLI::App& app, RequestInput& in) {
            app.add_option("--state", in.state, "requested, approved, rejected, expired");
        },
        [](Session& s, const RequestInput& in) {
            return s.list(client::with_query("/v1/operator-requests", {{"state", in.state}}),
                          {{"id", "/id"},
                           {"action", "/action"},
                           {"period", "/period"},
                           {"payment key", "/payment_key/id"},
                           {"state", "/state"},
                           {"asked by", "/requested_by"},
                           {"decided by", "/decided_by"},
                           {"expires", "/expires_at"}});
        });
    add_command<RequestInput>(
        group, session, "show", "One of them, with all that it says", id_option,
        [](Session& s, const RequestInput& in) { return s.get("/v1/operator-requests/" + in.id); });
    add_command<RequestInput>(
        group, session, "approve", "Approve what another person asked for",
        [](CLI::App& app, RequestInput& in) {
            id_option(app, in);
            app.add_option("--content", in.content, "refuse anything but this: `content` as shown");
        },
        approve);
    add_command<RequestInput>(group, session, "reject", "Reject what was asked for", id_option,
                              [](Session& s, const RequestInput& in) {
                                  return s.post("/v1/operator-requests/" + in.id + ":reject",
                                                Json::object());
                              });
}

}  // namespace suanpan::cli
