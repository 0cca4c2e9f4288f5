#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

namespace suanpan::cli {
namespace {

struct UserInput {
    std::string organisation;
    std::string name;
    std::string id;
};
struct PaymentKeyInput {
    std::string id;
    std::string key;
    std::string organisation;
};

void add_payment_keys(CLI::App& root, Session& session) {
    CLI::App& group =
        add_group(root, "payment-key", "Keys by which payment providers sign (operator)");
    add_command<PaymentKeyInput>(
        group, session, "register",
        "Ask to trust a payment provider's notices; another person approves (request approve)",
        [](CLI::App& app, PaymentKeyInput& in) {
            app.add_option("public-key", in.key, "Ed25519, base64")->required();
            app.add_option("--organisation", in.organisation, "that sends them; default: yours");
        },
        [](Session& s, const PaymentKeyInput& in) {
            Json body{{"public_key", in.key}};
            put(body, "organisation", in.organisation);
            return s.post("/v1/payment-keys", body);
        });
    add_command(group, session, "list", "All of them", [](Session& s) {
        return s.get_rows("/v1/payment-keys", "/items",
                          {{"id", "/id"},
                           {"organisation", "/organisation"},
                           {"public key", "/public_key"},
                           {"revoked", "/revoked"}});
    });
    add_command<PaymentKeyInput>(
        group, session, "revoke", "Trust it no more",
        [](CLI::App& app, PaymentKeyInput& in) {
            app.add_option("id", in.id, "sgk_…")->required();
        },
        [](Session& s, const PaymentKeyInput& in) {
            return s.post("/v1/payment-keys/" + in.id + ":revoke", Json::object());
        });
}

}  // namespace

void add_users(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "user", "Persons of an organisation");
    const auto organisation = [](CLI::App& app, UserInput& in) {
        app.add_option("organisation", in.organisation, "org_…")->required();
    };
    add_command<UserInput>(
        group, session, "create", "Register a person; make a key for it with 'key create --user'",
        [organisation](CLI::App& app, UserInput& in) {
            organisation(app, in);
            app.add_option("name", in.name, "stays outside the log")->required();
        },
        [](Session& s, const UserInput& in) {
            return s.post("/v1/organisations/" + in.organisation + "/users", {{"name", in.name}});
        });
    add_command<UserInput>(
        group, session, "list", "An organisation's persons", organisation,
        [](Session& s, const UserInput& in) {
            return s.get_rows(
                "/v1/organisations/" + in.organisation + "/users", "/items",
                {{"id", "/id"}, {"name", "/name"}, {"keys", "/keys"}, {"removed", "/removed"}});
        });
    add_command<UserInput>(
        group, session, "remove", "A person moves no money any more",
        [organisation](CLI::App& app, UserInput& in) {
            organisation(app, in);
            app.add_option("id", in.id, "usr_…")->required();
        },
        [](Session& s, const UserInput& in) {
            return s.post("/v1/organisations/" + in.organisation + "/users/" + in.id + ":remove",
                          Json::object());
        });
    add_payment_keys(root, session);
}

}  // namespace suanpan::cli
