// Pages that name things which live elsewhere: tests, packages, alerts, units. What they name is
// there.
#include "tests/style/source_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace suanpan::style {
namespace {

using Names = std::set<std::string>;

std::string read(const std::string& path) {
    std::ifstream in(std::string(SUANPAN_SOURCE_DIR) + "/" + path);
    if (!in) throw std::runtime_error("no file " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The pattern's first group, wherever it is found.
Names all_of(const std::string& text, const std::string& pattern) {
    const std::regex compiled(pattern);
    Names out;
    for (std::sregex_iterator found(text.begin(), text.end(), compiled), end; found != end; ++found)
        out.insert((*found)[1].str());
    return out;
}

Names tests_of_the_tree() {
    Names out;
    static const std::regex kTest(R"(\bTEST(_F|_P)?\((\w+),\s*(\w+)\))");
    for (const SourceFile& file : read_tree(SUANPAN_SOURCE_DIR)) {
        if (file.folder() != "tests" || !file.is_cpp()) continue;
        for (std::sregex_iterator found(file.text.begin(), file.text.end(), kTest), end;
             found != end; ++found)
            out.insert((*found)[2].str() + "." + (*found)[3].str());
    }
    return out;
}

/// Words of the lists of packages in ./run.
Names packages_of_run() {
    Names out;
    const std::string run = read("run");
    static const std::regex kList(R"(readonly k\w+Packages=\(([^)]*)\))");
    static const std::regex kComment(R"(#[^\n]*)");
    static const std::regex kWord(R"([a-z][a-z0-9.+-]*)");
    for (std::sregex_iterator list(run.begin(), run.end(), kList), end; list != end; ++list) {
        const std::string words = std::regex_replace((*list)[1].str(), kComment, "");
        for (std::sregex_iterator word(words.begin(), words.end(), kWord); word != end; ++word)
            out.insert(word->str());
    }
    return out;
}

bool names(const std::string& page, const std::string& name) {
    return page.find("`" + name + "`") != std::string::npos;
}

const std::vector<std::string>& units() {
    static const std::vector<std::string> kUnits{"suanpand", "suanpan-witness", "suanpan-meter"};
    return kUnits;
}

}  // namespace

TEST(Docs, EachDefenceIsShownByATestThatIsThere) {
    const Names there = tests_of_the_tree();
    const Names named = all_of(read("docs/security.md"), R"(`([A-Z]\w+\.[A-Z]\w+)`)");
    EXPECT_GT(named.size(), 50U);
    for (const std::string& name : named)
        EXPECT_TRUE(there.contains(name)) << "docs/security.md names " << name;
}

TEST(Docs, EachDependencyIsExplained) {
    const std::string page = read("docs/dependencies.md");
    Names wanted = packages_of_run();
    EXPECT_GT(wanted.size(), 25U);
    // Installed where a command needs them, outside of the lists.
    wanted.merge(all_of(read("run"), R"(need (?:"[^"]*" )*(clang-[a-z]+-19))"));
    for (const char* file : {"third_party", "suanpan", "suanpan_tests", "suanpan_bench"}) {
        wanted.merge(all_of(read(std::string("cmake/") + file + ".cmake"),
                            R"((?:find_package|pkg_check_modules)\(([\w-]+))"));
    }
    const std::string client = read("client/typescript/package.json");
    wanted.merge(
        all_of(client.substr(client.find("ependencies")), R"re("([@a-z][\w@/-]*)": "[0-9])re"));
    EXPECT_GT(wanted.size(), 45U);
    for (const std::string& name : wanted)
        EXPECT_TRUE(names(page, name)) << "docs/dependencies.md does not explain " << name;
}

TEST(Docs, EachAlertHasAPlaceThatSaysWhatToDo) {
    const Names alerts = all_of(read("deploy/prometheus/alerts.yml"), R"(- alert: (\w+))");
    EXPECT_GT(alerts.size(), 20U);
    EXPECT_EQ(all_of(read("docs/operator.md"), R"(\n\*\*(Suanpan\w+)\*\*)"), alerts);
}

TEST(Deployment, UnitsAndContainersAreLockedUp) {
    for (const std::string& unit : units()) {
        const std::string text = read("deploy/" + unit + ".service");
        for (const char* line :
             {"CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict",
              "ProtectHome=yes", "PrivateTmp=yes", "ProtectKernelTunables=yes",
              "ProtectKernelModules=yes", "ProtectControlGroups=yes", "RestrictNamespaces=yes",
              "LockPersonality=yes", "MemoryDenyWriteExecute=yes", "RestrictSUIDSGID=yes",
              "SystemCallFilter=@system-service", "SystemCallArchitectures=native", "UMask=0077"})
            EXPECT_NE(text.find("\n" + std::string(line) + "\n"), std::string::npos)
                << unit << ": " << line;
        EXPECT_EQ(all_of(text, R"(\nUser=(\w[\w-]*))").count("root"), 0U) << unit;
        EXPECT_EQ(all_of(text, R"(\n(User)=)").size(), 1U) << unit;
    }
    const std::string compose = read("docker-compose.yml");
    const std::string hardened = compose.substr(0, compose.find("services:"));
    for (const char* line : {"read_only: true", "cap_drop: [ALL]", "no-new-privileges:true"})
        EXPECT_NE(hardened.find(line), std::string::npos) << line;
    // A service begins at two blanks, and is one of ours or says who it runs as.
    std::string services = compose.substr(compose.find("\nservices:"));
    services.resize(services.find("\nnetworks:"));
    static const std::regex kService(R"(\n  (\w+):\n)");
    std::vector<std::size_t> begins;
    for (std::sregex_iterator found(services.begin(), services.end(), kService), end; found != end;
         ++found)
        begins.push_back(static_cast<std::size_t>(found->position()));
    EXPECT_EQ(begins.size(), 6U);
    begins.push_back(services.size());
    for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
        const std::string service = services.substr(begins[i], begins[i + 1] - begins[i]);
        const bool ours = service.find("<<: *suanpan\n") != std::string::npos;
        const Names user = all_of(service, R"re(\n    user: "(\d+):\d+")re");
        EXPECT_TRUE(ours || service.find("<<: *hardened\n") != std::string::npos) << service;
        EXPECT_TRUE(ours || (user.size() == 1 && !user.contains("0"))) << service;
    }
    EXPECT_EQ(all_of(hardened, R"re(user: "(\d+):\d+")re"), Names{"10001"});
}

TEST(Deployment, SecretsAreFilesAndNeverInTheText) {
    const std::string compose = read("docker-compose.yml");
    // PASSWORD, SECRET, KEY, TOKEN as the end of a variable's name: its value would be the secret.
    EXPECT_EQ(all_of(compose, R"(\n +(\w*(?:PASSWORD|SECRET|TOKEN)): )"), Names{});
    const std::string secrets = compose.substr(compose.find("\nsecrets:"));
    const Names files = all_of(secrets, R"(file: ./deploy/secrets/(\w+)\})");
    EXPECT_GE(files.size(), 5U);
    const std::string maker = read("deploy/make-secrets");
    for (const std::string& file : files)
        EXPECT_NE(maker.find(file), std::string::npos) << "deploy/make-secrets makes no " << file;
    EXPECT_NE(read(".gitignore").find("/deploy/secrets/"), std::string::npos);
    EXPECT_NE(read(".dockerignore").find("deploy/secrets"), std::string::npos);
}

TEST(Deployment, ImagesAreOfAGivenRelease) {
    for (const std::string& image : all_of(read("docker-compose.yml"), R"(\n +image: (\S+))")) {
        EXPECT_NE(image.find(':'), std::string::npos) << image;
        EXPECT_FALSE(image.ends_with(":latest")) << image;
    }
    for (const std::string& image : all_of(read("deploy/Dockerfile"), R"(\nFROM (\S+))"))
        EXPECT_EQ(image, "debian:12-slim");
    const Names version = all_of(read("CMakeLists.txt"), R"(project\(suanpan VERSION ([0-9.]+))");
    ASSERT_EQ(version.size(), 1U);
    EXPECT_NE(read("docker-compose.yml").find("image: suanpan:" + *version.begin() + "\n"),
              std::string::npos);
}

}  // namespace suanpan::style
