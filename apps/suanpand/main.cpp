#include "apps/suanpand/application.hpp"
#include "apps/suanpand/config.hpp"
#include "apps/suanpand/export.hpp"
#include "apps/suanpand/logging.hpp"

#include <CLI/CLI.hpp>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <string>

namespace {

// The server bounds its connections itself, above the 1,024 descriptors that many systems allow a
// process unless it asks for more.
void allow_many_descriptors() {
    constexpr rlim_t kEnough = 65'536;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kEnough));
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace suanpan::suanpand;
    try {
        CLI::App app{"suanpand: the server of an exchange for computing power"};
        std::optional<std::filesystem::path> file;
        bool check_only = false;
        std::filesystem::path export_target;
        std::map<std::string, std::string> flags;
        bool sandbox = false;
        app.set_version_flag("--version", SUANPAN_VERSION);
        app.add_option("--config", file, "TOML file; see deploy/suanpand.example.toml");
        app.add_flag("--check-config", check_only, "say every fault of the configuration and end");
        app.add_option("--export-log", export_target,
                       "write the published log with the database's entries to this directory, "
                       "for suanpan-audit, and end");
        for (const auto& [name, info] : setting_table()) {
            const std::string help =
                std::string(info.help) + " [" + std::string(info.environment) + "]";
            if (name == "sandbox.enabled") {
                app.add_flag(std::string(info.flag), sandbox, help);
            } else {
                app.add_option(std::string(info.flag), flags[std::string(name)], help);
            }
        }
        try {
            app.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return app.exit(error) == 0 ? 0 : 2;  // --help is no error
        }
        std::erase_if(flags, [](const auto& flag) { return flag.second.empty(); });
        if (sandbox) flags["sandbox.enabled"] = "true";

        const auto config =
            load_config(file, [](const char* name) { return std::getenv(name); }, flags);
        if (!config) {
            std::cerr << "suanpand: " << describe(config.error()) << "\n";
            return 2;
        }
        if (check_only) {
            std::cout << "the configuration is good\n";
            return 0;
        }
        start_logging(config->log_level);
        allow_many_descriptors();
        if (!export_target.empty()) {
            export_published_log(*config, export_target);
            return 0;
        }
        run_application(*config);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "suanpand: " << error.what() << "\n";
        return 1;
    }
}
