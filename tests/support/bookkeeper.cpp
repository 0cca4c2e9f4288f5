#include "support/bookkeeper.hpp"

#include "support/temp_dir.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace suanpan::support {
namespace {

struct Said {
    int status = 0;
    std::string text;
};

Said run(const std::string& command) {
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("popen failed");
    Said said;
    std::array<char, 4'096> chunk{};
    while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe))
        said.text.append(chunk.data(), got);
    said.status = ::pclose(pipe);
    return said;
}

std::optional<std::string> complaint(const std::string& program, const std::string& before,
                                     const std::string& after, const std::string& journal) {
    if (run("command -v " + program).status != 0) return std::nullopt;
    const TempDir folder;
    const auto file = folder.path() / "books";
    std::ofstream(file, std::ios::binary) << journal;
    const Said said =
        run("LC_ALL=C.UTF-8 " + program + before + " '" + file.string() + "'" + after);
    if (said.status == 0) return "";
    return said.text.empty() ? program + " failed" : said.text;
}

}  // namespace

std::optional<std::string> complaint_of_hledger(const std::string& journal) {
    return complaint("hledger", " -f", " check --strict", journal);
}

std::optional<std::string> complaint_of_beancount(const std::string& journal) {
    return complaint("bean-check", "", "", journal);
}

}  // namespace suanpan::support
