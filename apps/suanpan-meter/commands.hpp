#pragma once

// What the program's commands share: how one is declared, its exit status, how it prints.

#include "apps/suanpan-meter/config.hpp"
#include "base/json.hpp"

#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace suanpan::meter {

inline constexpr int kDone = 0;
inline constexpr int kNotWell = 1;    // it ran, and something is not as it should be
inline constexpr int kCannotRun = 2;  // wrong usage or configuration

inline constexpr std::string_view kUsualConfig = "/etc/suanpan-meter/meter.toml";

// Runs the command after its options were parsed; gives the exit status. Throws std::exception for
// what is kCannotRun.
using Runner = std::function<int()>;

struct Command {
    std::string_view name;
    std::string_view summary;
    Runner (*declare)(CLI::App& app);  // adds the command's options
};

Runner declare_run(CLI::App& app);
Runner declare_check(CLI::App& app);
Runner declare_keygen(CLI::App& app);
Runner declare_status(CLI::App& app);
Runner declare_flush(CLI::App& app);

// Parses the command line and runs one of the commands.
int run_command(int argc, const char* const* argv, std::span<const Command> commands);
// All there are.
std::span<const Command> all_commands();

void declare_config(CLI::App& app, std::string& file);
// Throws std::runtime_error with every fault.
Config must_load(const std::string& file);

}  // namespace suanpan::meter
