// docs/operator.md names commands: each is there, with the options that it is given.

#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace suanpan::test {
namespace {

struct Command {
    std::string program;
    std::vector<std::string> words;  // its subcommands
    std::set<std::string> options;
};

std::string guide() {
    std::ifstream in(SUANPAN_SOURCE_DIR "/docs/operator.md");
    return {std::istreambuf_iterator<char>(in), {}};
}

// Lines of its blocks, and what stands between backquotes in its text.
std::vector<std::string> texts_of(const std::string& page) {
    static const std::regex kInline(R"(`([^`\n]+)`)");
    std::vector<std::string> out;
    std::istringstream lines(page);
    bool in_block = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("```")) {
            in_block = !in_block;
        } else if (in_block) {
            out.push_back(line);
        } else {
            for (std::sregex_iterator found(line.begin(), line.end(), kInline), end; found != end;
                 ++found)
                out.push_back((*found)[1].str());
        }
    }
    return out;
}

Command read_command(const std::string& text) {
    static const std::regex kWord("[a-z][a-z-]*");
    std::istringstream in(text);
    Command out;
    bool arguments = false;
    for (std::string word; in >> word;) {
        if (out.program.empty() && word == "sudo") {
            in >> word >> word;  // -u USER
        } else if (out.program.empty()) {
            out.program = word;
        } else if (word.starts_with("--")) {
            out.options.insert(word);
            arguments = true;
        } else if (!arguments && std::regex_match(word, kWord)) {
            out.words.push_back(word);
        } else {
            arguments = true;
        }
    }
    return out;
}

std::string help_of(const Command& command) {
    std::vector<std::string> arguments = command.words;
    arguments.emplace_back("--help");
    const ProgramRun run = run_program(command.program, arguments);
    EXPECT_EQ(run.status, 0) << run.output;
    // Help is given for what is not there too: that of the command above it.
    std::string whole = command.program;
    for (const std::string& word : command.words)
        whole += " " + word;
    EXPECT_NE(run.output.find(whole + " ["), std::string::npos) << whole;
    return run.output;
}

}  // namespace

TEST(OperatorGuide, NamesCommandsThatAreThere) {
    static const std::set<std::string> kPrograms{"suanpan", "suanpan-audit", "suanpand"};
    std::map<std::string, std::string> help;
    std::size_t read = 0;
    for (const std::string& text : texts_of(guide())) {
        const Command command = read_command(text);
        if (!kPrograms.contains(command.program)) continue;
        // A program's name alone stands for the program.
        if (command.words.empty() && command.options.empty()) continue;
        ++read;
        std::string key = command.program;
        for (const std::string& word : command.words)
            key += " " + word;
        if (!help.contains(key)) help[key] = help_of(command);
        for (const std::string& option : command.options)
            EXPECT_NE(help[key].find(option), std::string::npos) << text;
    }
    EXPECT_GT(read, 30U);
}

TEST(OperatorGuide, NamesOptionsOfBackUpAndRestoreThatAreThere) {
    for (const char* name : {"backup", "restore"}) {
        std::ifstream in(std::string(SUANPAN_SOURCE_DIR "/deploy/") + name);
        const std::string script{std::istreambuf_iterator<char>(in), {}};
        for (const std::string& text : texts_of(guide())) {
            const Command command = read_command(text);
            if (command.program != std::string("suanpan-") + name) continue;
            for (const std::string& option : command.options)
                EXPECT_NE(script.find("        " + option + ")"), std::string::npos) << text;
        }
    }
}

}  // namespace suanpan::test
