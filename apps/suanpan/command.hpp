#pragma once

// Helps a group to say its commands: options are bound to a shared input, which the command gets.

#include "apps/suanpan/session.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <utility>

namespace suanpan::cli {

inline CLI::App& add_group(CLI::App& root, const std::string& name, const std::string& text) {
    CLI::App* group = root.add_subcommand(name, text);
    group->require_subcommand(1);
    group->fallthrough();
    return *group;
}

// `options(app, input)` binds the options; `act(session, input)` does the work.
template <typename Input, typename Options, typename Act>
void add_command(CLI::App& group, Session& session, const std::string& name,
                 const std::string& text, Options options, Act act) {
    CLI::App* command = group.add_subcommand(name, text);
    command->fallthrough();
    auto input = std::make_shared<Input>();
    options(*command, *input);
    command->callback([&session, input, act = std::move(act)] {
        session.command = [&session, input, act] { return act(session, *input); };
    });
}

// A command without options.
template <typename Act>
void add_command(CLI::App& group, Session& session, const std::string& name,
                 const std::string& text, Act act) {
    struct Nothing {};
    add_command<Nothing>(
        group, session, name, text, [](CLI::App&, Nothing&) {},
        [act = std::move(act)](Session& s, const Nothing&) { return act(s); });
}

// Only what was given goes into a body.
inline void put(Json& body, const char* name, const std::string& value) {
    if (!value.empty()) body[name] = value;
}

}  // namespace suanpan::cli
