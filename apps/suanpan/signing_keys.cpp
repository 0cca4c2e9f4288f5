#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "services/key_file.hpp"

namespace suanpan::cli {
namespace {

struct SigningKeyInput {
    std::string id;
    std::string key;
    std::string file;
    std::string organisation;
};

Result<void> make(const Session& session, const std::string& file) {
    services::make_key_file(file);
    const auto key = read_signing_key(file);
    if (!key) return fail(key.error());
    session.show({{"file", file}, {"public_key", to_base64(as_chars(key->public_key()))}});
    return {};
}

}  // namespace

void add_signing_keys(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "signing-key", "Keys that sign your organisation's writes");
    add_command<SigningKeyInput>(
        group, session, "make", "Make a secret in a file, unless it is there, and show its key",
        [](CLI::App& app, SigningKeyInput& in) {
            app.add_option("file", in.file, "mode 0600; for --sign-with")->required();
        },
        [](Session& s, const SigningKeyInput& in) { return make(s, in.file); });
    add_command<SigningKeyInput>(
        group, session, "register",
        "Register one; when there is one in force, sign with it (--sign-with, --sign-as)",
        [](CLI::App& app, SigningKeyInput& in) {
            app.add_option("public-key", in.key, "Ed25519, base64")->required();
        },
        [](Session& s, const SigningKeyInput& in) {
            return s.post("/v1/signing-keys", {{"public_key", in.key}});
        });
    add_command<SigningKeyInput>(
        group, session, "list", "Your own; the operator and auditors see all",
        [](CLI::App& app, SigningKeyInput& in) {
            app.add_option("--organisation", in.organisation, "org_…");
        },
        [](Session& s, const SigningKeyInput& in) {
            return s.list(
                client::with_query("/v1/signing-keys", {{"organisation", in.organisation}}),
                {{"id", "/id"},
                 {"organisation", "/organisation"},
                 {"public key", "/public_key"},
                 {"revoked", "/revoked"}});
        });
    add_command<SigningKeyInput>(
        group, session, "revoke", "It signs nothing any more; not to be undone",
        [](CLI::App& app, SigningKeyInput& in) {
            app.add_option("id", in.id, "sgk_…")->required();
        },
        [](Session& s, const SigningKeyInput& in) {
            return s.post("/v1/signing-keys/" + in.id + ":revoke", Json::object());
        });
}

}  // namespace suanpan::cli
