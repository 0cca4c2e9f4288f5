#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

#include <charconv>
#include <stdexcept>
#include <vector>

namespace suanpan::cli {
namespace {

struct AgreementInput {
    std::string buyer;
    std::string currency = "CNY";
    std::vector<std::string> classes;
    std::string firmness;
    std::string billing;
    std::vector<std::string> tiers;
    std::string from;
    std::string until;
};
struct EndInput {
    std::string id;
    std::string until;
};

std::int64_t ppm_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw CLI::ValidationError("--tier", "parts per million are a whole number");
    return value;
}

// "50000" from the first on, or "10000.00=50000": once the month's volume is at least so much.
Json tier_to_json(const std::string& text) {
    const std::size_t split = text.find('=');
    if (split == std::string::npos) return {{"from", "0"}, {"discount_ppm", ppm_of(text)}};
    return {{"from", text.substr(0, split)}, {"discount_ppm", ppm_of(text.substr(split + 1))}};
}

Json body_of(const AgreementInput& in) {
    Json body{{"buyer", in.buyer}, {"currency", in.currency}, {"tiers", Json::array()}};
    for (const std::string& tier : in.tiers)
        body["tiers"].push_back(tier_to_json(tier));
    if (!in.classes.empty()) body["classes"] = in.classes;
    put(body, "firmness", in.firmness);
    put(body, "billing", in.billing);
    put(body, "from", in.from);
    put(body, "until", in.until);
    return body;
}

}  // namespace

void add_agreements(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "discount", "Discounts that a provider gives a buyer");
    add_command<AgreementInput>(
        group, session, "agree", "Provider: give a buyer a discount",
        [](CLI::App& app, AgreementInput& in) {
            app.add_option("--buyer", in.buyer, "org_…")->required();
            app.add_option("--currency", in.currency)->capture_default_str();
            app.add_option("--class", in.classes, "compute classes; none: every one")
                ->delimiter(',');
            app.add_option("--firmness", in.firmness, "firm or preemptible; none: both");
            app.add_option("--billing", in.billing, "reserved or metered; none: both");
            app.add_option("--tier", in.tiers,
                           "PPM, or VOLUME=PPM: from that volume of the month on; repeat it")
                ->required();
            app.add_option("--from", in.from, "for trades from then on; default: now");
            app.add_option("--until", in.until, "for trades before then");
        },
        [](Session& s, const AgreementInput& in) { return s.post("/v1/agreements", body_of(in)); });
    add_command<EndInput>(
        group, session, "end", "Provider: no new trades under it",
        [](CLI::App& app, EndInput& in) {
            app.add_option("id", in.id, "agr_…")->required();
            app.add_option("--until", in.until, "from then on; default: now");
        },
        [](Session& s, const EndInput& in) {
            Json body = Json::object();
            put(body, "until", in.until);
            return s.post("/v1/agreements/" + in.id + ":end", body);
        });
    add_command(group, session, "list", "Those you give or get", [](Session& s) {
        return s.list("/v1/agreements", {{"id", "/id"},
                                         {"provider", "/provider"},
                                         {"buyer", "/buyer"},
                                         {"from", "/from"},
                                         {"until", "/until"}});
    });
}

}  // namespace suanpan::cli
