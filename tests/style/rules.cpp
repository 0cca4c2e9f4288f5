#include "tests/style/rules.hpp"

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string_view>
#include <utility>

namespace suanpan::style {
namespace {

using Faults = std::vector<std::string>;
using Names = std::set<std::string>;

constexpr std::size_t kMaxLines = 450;

const Names kPure{"matching", "settlement", "ledger", "core"};

std::string fault(std::size_t index, std::string_view what) {
    return std::to_string(index + 1) + ": " + std::string(what);
}

/// Lines of `text` in which `pattern` is found.
Faults lines_with(const std::string& text, const std::regex& pattern) {
    Faults faults;
    const auto lines = split_lines(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (std::regex_search(lines[i].begin(), lines[i].end(), pattern)) {
            faults.push_back(fault(i, lines[i]));
        }
    }
    return faults;
}

Faults parent_includes(const SourceFile& file) {
    static const std::regex kPattern(R"re(^\s*#\s*include\s*["<][^">]*\.\./)re");
    return file.is_cpp() ? lines_with(file.code, kPattern) : Faults{};
}

Faults floating_point(const SourceFile& file) {
    static const std::regex kPattern(R"(\b(double|float)\b)");
    const bool integers_rule = kPure.contains(file.folder()) || file.folder() == "base";
    if (!file.is_cpp() || !integers_rule) return {};
    return lines_with(blank_comments(file.text, true), kPattern);
}

Faults impure_code(const SourceFile& file) {
    static const std::regex kPattern(
        R"(#\s*include\s*<(random|fstream|iostream|filesystem|thread|mutex|condition_variable|future|ctime|cstdio|unistd\.h|sys/[a-z]+\.h)>)"
        R"(|#\s*include\s*"base/random)"
        R"(|\b(system_clock|steady_clock|high_resolution_clock|random_device|getenv)\b)");
    if (!file.is_cpp() || !kPure.contains(file.folder())) return {};
    return lines_with(file.code, kPattern);
}

Faults select_star(const SourceFile& file) {
    static const std::regex kPattern(R"(\bselect\s+(\w+\.)?\*)", std::regex::icase);
    if (file.path.ends_with(".sql")) return lines_with(file.text, kPattern);
    return file.is_cpp() ? lines_with(file.code, kPattern) : Faults{};
}

Faults unfinished(const SourceFile& file) {
    // In two halves, so that this file keeps its own rule.
    static const std::regex kPattern(std::string(R"(\b(TO)") + R"(DO|FIX)" + R"(ME|XX)" +
                                     R"(X)\b)");
    return lines_with(file.text, kPattern);
}

Faults long_file(const SourceFile& file) {
    const auto lines = split_lines(file.text).size();
    if (!file.is_cpp() || lines <= kMaxLines) return {};
    return {fault(lines - 1, "the file has more than " + std::to_string(kMaxLines) + " lines")};
}

Faults blanks(const SourceFile& file) {
    static const std::regex kPattern("\t|[ \r]$");
    Faults faults = lines_with(file.text, kPattern);
    if (!file.text.empty() && !file.text.ends_with('\n')) faults.emplace_back("no newline at end");
    return faults;
}

/// What a folder may include: itself and what stands below it.
const std::map<std::string, Names>& layers() {
    static const Names kCore{"base", "matching", "settlement", "ledger", "core"};
    static const auto kWith = [](Names names, const Names& more) {
        names.insert(more.begin(), more.end());
        return names;
    };
    static const Names kServices = kWith(kCore, {"db", "services"});
    static const Names kClient{"base", "settlement", "wire", "client"};
    static const std::map<std::string, Names> kLayers{
        {"base", {"base"}},
        {"matching", {"base", "matching"}},
        {"settlement", {"base", "settlement"}},
        {"ledger", {"base", "ledger"}},
        {"core", kCore},
        {"db", kWith(kCore, {"db"})},
        {"services", kServices},
        {"wire", {"wire"}},
        {"api", kWith(kServices, {"wire", "api"})},
        {"client", kClient},
        {"apps/openapi-page", {"base", "apps/openapi-page"}},
        {"apps/suanpand", kWith(kServices, {"wire", "api", "client", "apps/suanpand"})},
        {"apps/suanpan", kWith(kServices, {"client", "apps/suanpan"})},
        {"apps/suanpan-audit", kWith(kCore, {"client", "apps/suanpan-audit"})},
        {"apps/suanpan-meter", kWith(kClient, {"apps/suanpan-meter"})},
        {"apps/suanpan-demo", kWith(kClient, {"apps/suanpan-demo"})},
    };
    return kLayers;
}

std::string layer_of(const std::string& path) {
    const auto slash = path.find('/');
    if (slash == std::string::npos) return {};
    if (!path.starts_with("apps/")) return path.substr(0, slash);
    return path.substr(0, path.find('/', slash + 1));
}

Faults layer_arrows(const SourceFile& file) {
    static const std::regex kInclude(R"re(^\s*#\s*include\s*"([^"]+)")re");
    const auto layer = layers().find(layer_of(file.path));
    if (!file.is_cpp() || layer == layers().end()) return {};
    Faults faults;
    const auto lines = split_lines(file.code);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::cmatch match;
        if (!std::regex_search(lines[i].data(), lines[i].data() + lines[i].size(), match, kInclude))
            continue;
        const std::string target = layer_of(match[1].str());
        if (target != "generated" && !layer->second.contains(target)) {
            faults.push_back(fault(i, lines[i]));
        }
    }
    return faults;
}

Faults sql_outside_db(const SourceFile& file) {
    static const std::regex kPattern(
        R"(\b(insert\s+into|update\s+\w+(\.\w+)?\s+set|delete\s+from|truncate\s+table)\b)",
        std::regex::icase);
    const std::string folder = file.folder();
    if (!file.is_cpp() || folder == "db" || folder == "tests" || folder == "bench") return {};
    return lines_with(file.code, kPattern);
}

Faults beast_outside_transport(const SourceFile& file) {
    static const std::regex kPattern(R"(^\s*#\s*include\s*<boost/(beast|asio\.hpp))");
    const bool transport = file.path.starts_with("api/transport/") || file.folder() == "wire" ||
                           file.path.starts_with("client/http_client") ||
                           file.path == "tests/integration/web_socket_client.cpp" ||
                           file.path == "bench/api/bare_server.cpp" || file.folder() == "cmake";
    return file.is_cpp() && !transport ? lines_with(file.code, kPattern) : Faults{};
}

Faults await_shapes(const SourceFile& file) {
    static const std::regex kPattern(R"(co_await[^;]*\([^;]*\[(=|[A-Za-z_][^\]&]*)\][^;]*[{(])"
                                     R"(|co_await[^;]*[(,] *(\{|[A-Z][A-Za-z0-9_:]*\{))"
                                     R"(|[A-Za-z_]\{[^;]*co_await)");
    if (!file.is_cpp()) return {};
    return lines_with(blank_comments(file.text, true), kPattern);
}

Faults header_shape(const SourceFile& file) {
    static const std::regex kUsing(R"(^\s*using\s+namespace\b)");
    if (!file.is_header()) return {};
    Faults faults = lines_with(file.code, kUsing);
    if (file.code.find("#pragma once") == std::string::npos)
        faults.emplace_back("1: no #pragma once");
    return faults;
}

/// What a handler reads it reads as its caller. Past that: what is made of everybody's rows and
/// shows nobody's (market data), the entries for auditors, and the stream and
/// the events of webhooks, which are the server's until somebody subscribes.
Faults reads_as_nobody(const SourceFile& file) {
    static const Names kKnown{"api/call.cpp",
                              "api/database.hpp",
                              "api/handlers/market_data.cpp",
                              "api/handlers/receipts.cpp",
                              "api/handlers/signing_keys.cpp",
                              "api/handlers/utilisation.cpp",
                              "api/streaming/hub.cpp",
                              "api/streaming/hub.hpp"};
    static const std::regex kPattern(R"(\ball_rows\(|\bof_all\(|\bdb::Pool&)");
    if (!file.is_cpp() || file.folder() != "api" || kKnown.contains(file.path)) return {};
    return lines_with(file.code, kPattern);
}

Faults hollow_tests(const SourceFile& file) {
    static const std::regex kPattern(std::string(R"(GTEST_)") + R"(SKIP\b|\bDISA)" +
                                     R"(BLED_|\bSUC)" +
                                     R"(CEED\(\)|(EXPECT|ASSERT)_TRUE\(\s*true\s*\))");
    return file.is_cpp() && file.folder() == "tests" ? lines_with(file.code, kPattern) : Faults{};
}

/// What a `for (x : range)` goes over, without blanks and what stands in brackets: "f().value()".
/// Empty for a `for` of another kind. `at`: behind its bracket.
std::string range_outline(std::string_view code, std::size_t at) {
    static constexpr std::string_view kOpen = "([{";
    static constexpr std::string_view kClose = ")]}";
    std::string outline;
    bool in_range = false;
    int depth = 0;
    for (; at + 1 < code.size(); ++at) {
        const char c = code[at];
        if (kClose.find(c) != std::string_view::npos && depth-- == 0) break;
        if (depth == 0 && c == ';') return {};
        const bool begins = c == ':' && code[at - 1] != ':' && code[at + 1] != ':';
        if (depth == 0 && in_range && c != ' ' && c != '\n') outline += c;
        in_range = in_range || (depth == 0 && begins);
        if (kOpen.find(c) != std::string_view::npos) ++depth;
    }
    return outline;
}

/// A member of a temporary keeps all of it alive; a reference that a call gives into it does not.
/// Known by their names: what a Result, an optional, a pointer or a Json that a call has given
/// says of its inside.
Faults parts_of_temporaries(const SourceFile& file) {
    static constexpr std::string_view kFor = "for (";
    static const std::regex kPattern(
        R"(\)(->|\.(value|error)\(\))|^\*[\w:<>]+\(\)|^[\w:<>]+\(\)\.items\(\))");
    if (!file.is_cpp()) return {};
    const std::string code = blank_comments(file.text, true);
    Faults faults;
    for (std::size_t at = code.find(kFor); at != std::string::npos; at = code.find(kFor, at + 1)) {
        const std::string outline = range_outline(code, at + kFor.size());
        if (!std::regex_search(outline, kPattern)) continue;
        const auto line =
            std::count(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(at), '\n');
        faults.push_back(fault(static_cast<std::size_t>(line), "for (… : " + outline + ")"));
    }
    return faults;
}

std::vector<Rule> make_rules() {
    std::vector<Rule> rules;
    const auto add = [&rules](std::string name, auto check, SourceFile bad, SourceFile good,
                              std::string reason) {
        rules.push_back(
            {std::move(name), std::move(reason), check, std::move(bad), std::move(good)});
    };
    add("IncludesNameTheirFolder", parent_includes,
        make_file("api/a.cpp", "#include \"../b.hpp\"\n"),
        make_file("api/a.cpp", "#include \"api/b.hpp\"  // not ../b.hpp\n"),
        "an include is \"folder/file.hpp\": a relative path goes round the layers");
    add("IncludesPointDownwards", layer_arrows,
        make_file("ledger/a.hpp", "#include \"db/b.hpp\"\n"),
        make_file("db/a.hpp", "#include \"ledger/b.hpp\"\n"),
        "a module uses only what stands below it, so that the auditor runs the server's rules "
        "without the server");
    add("NoFloatingPointInPureCode", floating_point, make_file("base/a.cpp", "double price;\n"),
        make_file("base/a.cpp", "/* double */ f(\"double\");\n"),
        "money, quantity and time are integers: a replay must give the same bytes everywhere");
    add("PureCodeTouchesNothing", impure_code, make_file("core/a.cpp", "#include <random>\n"),
        make_file("api/a.cpp", "#include <random>\n"),
        "the same log must always give the same events: no clock, randomness, threads or I/O");
    add("NoSelectStar", select_star,
        make_file("db/a.cpp", std::string("f(\"select ") + "* from t\");\n"),
        make_file("db/a.cpp", "f(\"select count(*) from t\");  // select\n"),
        "a column that is added must not change what a query gives");
    add("SqlLivesInDb", sql_outside_db,
        make_file("services/a.cpp", "f(\"UPDATE ledger.entries SET a = 1\");\n"),
        make_file("services/a.cpp", "f(\"the update of entries is set\");\n"),
        "all SQL is in db/, where every query has a name and is read together");
    add("BeastStaysInTransport", beast_outside_transport,
        make_file("api/a.cpp", "#include <boost/beast/http.hpp>\n"),
        make_file("api/a.cpp", "#include <boost/asio/awaitable.hpp>\n"),
        "one file with Beast takes half a minute and gigabytes to compile");
    add("HandlersReadAsTheirCaller", reads_as_nobody,
        make_file("api/handlers/a.cpp", "call.context.database.all_rows().read(f);\n"),
        make_file("api/handlers/a.cpp", "call.read(f);  // not all_rows()\n"),
        "tenants are kept apart twice: a filter that a handler forgets must show nothing foreign");
    add("SafeShapesBesideAwait", await_shapes,
        make_file("api/a.cpp", "co_await pool.run([order](auto& tx) { f(tx); });\n"),
        make_file("api/a.cpp", "co_await pool.run([&order](auto& tx) { f(tx); });\n"),
        "g++ 12 destroys such a temporary twice: name it first, capture by reference");
    add("NoLoopsOverPartsOfTemporaries", parts_of_temporaries,
        make_file("api/a.cpp", "for (const auto& x :\n     parse(text).value().rows)\n    f(x);\n"),
        make_file("api/a.cpp",
                  "for (const auto& x : parsed.value().rows) f(x);\n"
                  "for (const auto& x : list(parse(id).value()).rows) f(x);\n"
                  "for (const auto& [k, v] : body.at(0).items()) f(k);\n"
                  "for (int i = a ? parse(b).value() : 0; i < 9; ++i) f(i);\n"),
        "until C++23 the temporary is gone before the first round: name it first");
    add("HeadersAreGuarded", header_shape, make_file("api/a.hpp", "// #pragma once\n"),
        make_file("api/a.hpp", "#pragma once\n"),
        "a header is included once and opens no namespace for others");
    add("NothingUnfinished", unfinished,
        make_file("api/a.cpp", std::string("// TO") + "DO: more\n"),
        make_file("api/a.cpp", "// mktemp XXXXXX\n"), "what is in the tree is finished");
    add("FilesAreShort", long_file, make_file("api/a.cpp", std::string(kMaxLines + 1, '\n')),
        make_file("api/a.cpp", std::string(kMaxLines, '\n')), "a file is one idea");
    add("NoStrayBlanks", blanks, make_file("api/a.cpp", "int a; \n"),
        make_file("api/a.cpp", "int a;\n"), "a change shows only what changed");
    add("TestsCanFail", hollow_tests,
        make_file("tests/api/a.cpp", std::string("GTEST_") + "SKIP();\n"),
        make_file("tests/api/a.cpp", "EXPECT_TRUE(truth);\n"),
        "a test that skips or cannot fail proves nothing");
    return rules;
}

}  // namespace

std::span<const Rule> all_rules() {
    static const std::vector<Rule> kRules = make_rules();
    return kRules;
}

}  // namespace suanpan::style
