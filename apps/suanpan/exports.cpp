#include "apps/suanpan/exports.hpp"

#include "apps/suanpan/command.hpp"
#include "apps/suanpan/download.hpp"

namespace suanpan::cli {
namespace {

struct Input {
    std::string organisation;
    std::string project;
    std::string from;
    std::string until;
    std::string format = "table";
    std::string file;
};

std::vector<Column> line_columns() {
    return {{"start", "/window/start"}, {"end", "/window/end"},
            {"lease", "/lease"},        {"lots", "/lots"},
            {"amount", "/amount"},      {"buyer fee", "/buyer_fee"},
            {"pays", "/buyer_pays"},    {"provider fee", "/provider_fee"},
            {"gets", "/provider_gets"}, {"currency", "/currency"}};
}

void add_scope(CLI::App& app, Input& in) {
    app.add_option("--organisation", in.organisation, "operator: whose; default: all");
    app.add_option("-o,--output", in.file, "file to write; default: standard output");
}

void add_period(CLI::App& app, Input& in) {
    app.add_option("--from", in.from, "RFC 3339 UTC; default: from the beginning");
    app.add_option("--to,--until", in.until, "RFC 3339 UTC; default: now");
}

Result<void> show_statement(Session& session, const Input& in) {
    const bool table = in.format == "table" && in.file.empty();
    const std::string format = in.format == "table" ? "json" : in.format;
    const std::string target =
        client::with_query("/v1/statements", {{"from", in.from},
                                              {"to", in.until},
                                              {"organisation", in.organisation},
                                              {"project", in.project},
                                              {"format", format}});
    if (table) return session.get_rows(target, "/lines", line_columns());
    return download(session, target, in.file);
}

void add_export(CLI::App& group, Session& session, const std::string& name, const std::string& text,
                bool of_period, bool of_project) {
    add_command<Input>(
        group, session, name, text,
        [of_period, of_project](CLI::App& app, Input& in) {
            if (of_period) add_period(app, in);
            add_scope(app, in);
            if (of_project)
                app.add_option("--project", in.project, "prj_…: orders of this project only");
        },
        [name](Session& s, const Input& in) {
            return download(
                s,
                client::with_query("/v1/exports/" + name, {{"from", in.from},
                                                           {"to", in.until},
                                                           {"organisation", in.organisation},
                                                           {"project", in.project}}),
                in.file);
        });
}

}  // namespace

void add_exports(CLI::App& root, Session& session) {
    add_command<Input>(
        root, session, "statement", "What was delivered, billed and paid in a period",
        [](CLI::App& app, Input& in) {
            app.add_option("--from", in.from, "RFC 3339 UTC")->required();
            app.add_option("--to,--until", in.until, "RFC 3339 UTC; default: now");
            app.add_option("--organisation", in.organisation, "operator: whose");
            app.add_option("--project", in.project, "prj_…: orders of this project only");
            app.add_option("--format", in.format, "table, json, csv, or html to print")
                ->check(CLI::IsMember({"table", "json", "csv", "html"}))
                ->capture_default_str();
            app.add_option("-o,--output", in.file, "file to write; default: standard output");
        },
        show_statement);
    CLI::App& group = add_group(root, "export", "For spreadsheets and bookkeeping programs");
    add_export(group, session, "focus", "Costs as FinOps FOCUS 1.2 CSV", true, true);
    add_export(group, session, "hledger", "The books for hledger, balances asserted", true, false);
    add_export(group, session, "beancount", "The books for beancount, balances asserted", true,
               false);
    add_export(group, session, "payouts",
               "What can be withdrawn now, and what becomes so when, as CSV", false, false);
}

}  // namespace suanpan::cli
