#include "apps/suanpan-demo/party.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace suanpan::demo {
namespace {

Command party_command(const std::string& kind, const std::string& log) {
    Command command;
    command.arguments = {own_path(), "party", kind};
    command.talk = true;
    command.log = log;
    return command;
}

PartyHandler handler_of(const std::string& kind) {
    if (kind == "provider") return make_provider();
    if (kind == "buyer") return make_buyer();
    if (kind == "meter") return make_meter();
    throw std::runtime_error("no party of the kind '" + kind + "'");
}

}  // namespace

int run_party(const std::string& kind) {
    const PartyHandler handle = handler_of(kind);
    std::string line;
    while (std::getline(std::cin, line)) {
        Json answer;
        try {
            answer = {{"ok", handle(Json::parse(line))}};
        } catch (const std::exception& error) {
            answer = {{"error", error.what()}};
        }
        fmt::print("{}\n", answer.dump());
        std::fflush(stdout);
    }
    return 0;
}

Party::Party(const std::string& kind, const std::string& log)
    : kind_(kind), process_(party_command(kind, log)) {}

void Party::ask(const Json& request) {
    process_.write_line(request.dump());
}

Json Party::answer() {
    Json answer = Json::parse(process_.read_line());
    if (answer.contains("error"))
        throw std::runtime_error("a " + kind_ + ": " + answer.at("error").get<std::string>());
    return std::move(answer.at("ok"));
}

std::vector<Json> ask_all(std::vector<Party>& parties, const Json& request) {
    for (Party& party : parties)
        party.ask(request);
    std::vector<Json> answers;
    answers.reserve(parties.size());
    for (Party& party : parties)
        answers.push_back(party.answer());
    return answers;
}

}  // namespace suanpan::demo
