#include "tests/integration/promql.hpp"

#include <regex>
#include <sstream>

namespace suanpan::test {

std::set<std::string> series_of(const std::string& expression) {
    static const std::regex kText(R"("(\\.|[^"\\])*")");
    static const std::regex kLabels(R"(\{[^}]*\}|\[[^\]]*\])");
    static const std::regex kGrouping(
        R"(\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\))");
    static const std::regex kWord(R"([a-zA-Z_:][a-zA-Z0-9_:]*\s*\(?|[0-9][a-zA-Z0-9.]*)");
    static const std::set<std::string> kKeywords{"and",   "or",         "unless",     "offset",
                                                 "bool",  "group_left", "Inf",        "NaN",
                                                 "start", "end",        "group_right"};
    std::string rest = std::regex_replace(expression, kText, "");
    rest = std::regex_replace(rest, kLabels, "");
    rest = std::regex_replace(rest, kGrouping, "");
    std::set<std::string> out;
    for (std::sregex_iterator word(rest.begin(), rest.end(), kWord), end; word != end; ++word) {
        std::string name = word->str();
        const bool function = name.back() == '(';
        while (!name.empty() && name.back() == ' ')
            name.pop_back();
        // `sum by (le) (…)`: its grouping is gone, so it stands before a space or a bracket.
        if (function || name.front() <= '9' || kKeywords.contains(name)) continue;
        std::size_t behind =
            static_cast<std::size_t>(word->position()) + static_cast<std::size_t>(word->length());
        while (behind < rest.size() && rest[behind] == ' ')
            ++behind;
        if (behind < rest.size() && rest[behind] == '(') continue;
        out.insert(name);
    }
    return out;
}

std::set<std::string> samples_of(const std::string& exposition) {
    std::set<std::string> out;
    std::istringstream lines(exposition);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line.front() != '#')
            out.insert(line.substr(0, line.find_first_of(" {")));
    }
    return out;
}

}  // namespace suanpan::test
