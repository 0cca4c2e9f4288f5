#include "client/catalogue.hpp"

#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "generated/seed_files.hpp"

#include <fmt/format.h>

namespace suanpan::cli {
namespace {

struct ImportInput {
    std::string file;
};

Result<std::string> catalogue_text(const std::string& path) {
    if (!path.empty()) return read_file(path);
    for (const auto& file : seed::generated_files()) {
        if (file.name == "device_models.csv") return std::string(file.text);
    }
    return fail("no_file", "this program carries no catalogue; name a file");
}

Result<void> import_catalogue(Session& session, const ImportInput& in) {
    const auto text = catalogue_text(in.file);
    if (!text) return fail(text.error());
    const auto bodies = client::catalogue_bodies(*text);
    if (!bodies) return fail(bodies.error());
    const auto server = session.api();
    if (!server) return fail(server.error());
    std::size_t made = 0;
    std::size_t known = 0;
    std::vector<std::string> without_rate;
    for (const Json& body : *bodies) {
        if (body.at("peak").empty()) {
            // Nothing can be sold of it: no figure was found for any class.
            without_rate.push_back(body.at("id").get<std::string>());
            continue;
        }
        const auto answer = (*server)->post("/v1/device-models", body);
        if (answer) {
            ++made;
        } else if (answer.error().code() == "model_exists") {
            ++known;
        } else {
            return fail(answer.error().code(),
                        body.at("id").get<std::string>() + ": " + answer.error().detail());
        }
    }
    session.show(
        {{"registered", made}, {"already_known", known}, {"left_out_no_rate", without_rate}});
    return {};
}

}  // namespace

void add_catalogue(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "catalogue", "The catalogue of devices");
    add_command<ImportInput>(
        group, session, "import", "Register every device of a CSV file (operator)",
        [](CLI::App& app, ImportInput& in) {
            app.add_option("file", in.file, "CSV file; without one, the project's own catalogue");
        },
        import_catalogue);
    add_command(group, session, "list", "All device models", [](Session& s) {
        return s.get("/v1/device-models", {{"id", "/id"},
                                           {"device", "/device"},
                                           {"vendor", "/vendor"},
                                           {"kind", "/kind"},
                                           {"AI-FP16 CU", "/peak/AI-FP16"},
                                           {"HPC-FP64 CU", "/peak/HPC-FP64"},
                                           {"GiB", "/memory_gib"}});
    });
}

}  // namespace suanpan::cli
