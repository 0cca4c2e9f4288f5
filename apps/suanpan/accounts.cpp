#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

namespace suanpan::cli {
namespace {

struct DepositInput {
    std::string organisation;
    std::string currency = "CNY";
    std::string amount;
    std::string reference;
    std::string idempotency_key;
};
struct StatementInput {
    std::string organisation;
    std::string from;
    std::string until;
};

}  // namespace

void add_accounts(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "account", "Accounts");
    add_command(group, session, "list", "Your balances",
                [](Session& s) { return s.get("/v1/accounts"); });
    add_command<DepositInput>(
        group, session, "deposit", "Book money that came in (operator)",
        [](CLI::App& app, DepositInput& in) {
            app.add_option("organisation", in.organisation, "org_…")->required();
            app.add_option("amount", in.amount, "decimal, e.g. 1000.00")->required();
            app.add_option("--currency", in.currency)->capture_default_str();
            app.add_option("--reference", in.reference, "of the payment")->required();
            app.add_option("--idempotency-key", in.idempotency_key, "to repeat a call safely");
        },
        [](Session& s, const DepositInput& in) {
            return s.post(
                "/v1/accounts/" + in.organisation + "/deposits",
                {{"currency", in.currency}, {"amount", in.amount}, {"reference", in.reference}},
                in.idempotency_key);
        });
    add_command(group, session, "journal", "Your postings",
                [](Session& s) { return s.list("/v1/journal", {}); });
    add_command<StatementInput>(
        root, session, "statement", "What was delivered, billed and paid in a period",
        [](CLI::App& app, StatementInput& in) {
            app.add_option("--from", in.from, "RFC 3339 UTC")->required();
            app.add_option("--until", in.until, "RFC 3339 UTC")->required();
            app.add_option("--organisation", in.organisation, "operator: whose");
        },
        [](Session& s, const StatementInput& in) {
            return s.get(client::with_query(
                "/v1/statements",
                {{"from", in.from}, {"to", in.until}, {"organisation", in.organisation}}));
        });
}

}  // namespace suanpan::cli
