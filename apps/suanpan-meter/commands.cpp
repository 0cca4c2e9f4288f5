#include "apps/suanpan-meter/commands.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>
#include <vector>

namespace suanpan::meter {

std::span<const Command> all_commands() {
    static constexpr std::array kCommands = {
        Command{"run", "Measure, sign and send until it is told to end", declare_run},
        Command{"check", "Say what can be measured here, and whether the meter could run",
                declare_check},
        Command{"keygen", "Make the meter's key and print the public key to register",
                declare_keygen},
        Command{"status", "Show what is in the spool: sent, waiting, refused", declare_status},
        Command{"flush", "Send what waits, and end", declare_flush},
    };
    return kCommands;
}

int run_command(int argc, const char* const* argv, std::span<const Command> commands) {
    CLI::App app(
        "Measures leased computing power on the machine that provides or uses it, and sends signed "
        "readings.\n"
        "Exit status: 0 done, 1 something is not as it should be, 2 wrong usage or configuration.",
        "suanpan-meter");
    app.set_version_flag("--version", SUANPAN_VERSION);
    app.require_subcommand(1);
    std::vector<std::pair<CLI::App*, Runner>> runners;
    for (const Command& command : commands) {
        CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
        runners.emplace_back(sub, command.declare(*sub));
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kDone : kCannotRun;
    }
    try {
        for (const auto& [sub, runner] : runners) {
            if (sub->parsed()) return runner();
        }
    } catch (const std::exception& error) {
        std::cerr << "suanpan-meter: " << error.what() << '\n';
    }
    return kCannotRun;
}

void declare_config(CLI::App& app, std::string& file) {
    file = kUsualConfig;
    app.add_option("-c,--config", file, "TOML file; see deploy/suanpan-meter.example.toml")
        ->capture_default_str();
}

Config must_load(const std::string& file) {
    auto config = load_config(file);
    if (!config) throw std::runtime_error(describe(config.error()));
    return std::move(*config);
}

}  // namespace suanpan::meter
