#include "tests/integration/api_server.hpp"

#include "base/random.hpp"
#include "db/migrate.hpp"
#include "support/files.hpp"
#include "tests/integration/api_contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace suanpan::test {

std::string Answer::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        std::string lower = key;
        for (char& c : lower)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (lower == name) return value;
    }
    return {};
}

std::string Answer::code() const {
    return body.is_object() && body.contains("code") ? body["code"].get<std::string>() : "";
}

Caller::Caller(std::string url, std::string key)
    : http_(*client::parse_url(url)), key_(std::move(key)) {}

Answer Caller::send(const client::HttpRequest& request) {
    client::HttpRequest full = request;
    if (!key_.empty()) full.headers.emplace_back("Authorization", "Bearer " + key_);
    client::HttpResponse response;
    try {
        response = http_.send(full);
    } catch (const std::exception&) {
        // The server closes a kept connection after a request that was none; a new one tells.
        response = http_.send(full);
    }
    Answer answer;
    answer.status = response.status;
    answer.text = response.body;
    answer.headers = response.headers;
    auto parsed = parse_json(response.body, JsonLimits{64U << 20U, 64});
    if (parsed) answer.body = std::move(*parsed);
    for (const std::string& fault : contract_faults(full, answer))
        ADD_FAILURE() << full.method << ' ' << full.target << ": " << fault;
    return answer;
}

Answer Caller::get(const std::string& target) {
    client::HttpRequest request;
    request.target = target;
    return send(request);
}

Answer Caller::post(const std::string& target, const Json& body, std::string idempotency_key) {
    client::HttpRequest request;
    request.method = "POST";
    request.target = target;
    request.body = body.dump();
    request.headers.emplace_back("Content-Type", "application/json");
    if (idempotency_key.empty()) idempotency_key = to_hex(random_bytes(12));
    if (idempotency_key != "-") request.headers.emplace_back("Idempotency-Key", idempotency_key);
    return send(request);
}

ApiServer::ApiServer(std::vector<std::string> more_arguments)
    : more_arguments_(std::move(more_arguments)) {
    const auto migrated = db::migrate(database_.conninfo());
    if (!migrated) throw std::runtime_error(migrated.error().detail());
    start();
}

ApiServer::ApiServer(const ApiServer& stopped)
    : database_(stopped.database_.name()), more_arguments_(stopped.more_arguments_) {
    std::filesystem::copy(stopped.data(), data(), std::filesystem::copy_options::recursive);
    start();
}

ApiServer::~ApiServer() = default;

void ApiServer::start(const std::map<std::string, std::string>& environment) {
    const auto port_file = dir_.path() / "port";
    std::filesystem::remove(port_file);
    support::ChildProcess::Options options;
    options.program = support::program_path("suanpand");
    options.arguments = {"--sandbox", "--sandbox-start", std::string(kStart),
                         "--listen",  "127.0.0.1:0",     "--port-file",
                         port_file,   "--data",          data().string()};
    const auto usually = [&](const std::string& flag, const std::string& value) {
        if (std::ranges::find(more_arguments_, flag) == more_arguments_.end())
            options.arguments.insert(options.arguments.end(), {flag, value});
    };
    usually("--log-level", "warning");
    usually("--publish-interval-ms", "50");
    options.arguments.insert(options.arguments.end(), more_arguments_.begin(),
                             more_arguments_.end());
    options.environment = {{"SUANPAN_DATABASE", database_.conninfo()}};
    options.environment.insert(environment.begin(), environment.end());
    options.output = dir_.path() / "log";
    process_ = std::make_unique<support::ChildProcess>(options);
    for (int i = 0; i < 600 && process_->running() && !std::filesystem::exists(port_file); ++i)
        process_->wait(std::chrono::milliseconds(50));
    if (!std::filesystem::exists(port_file))
        throw std::runtime_error("suanpand did not start: " + log());
    const bool tls =
        std::ranges::find(more_arguments_, "--tls-certificate") != more_arguments_.end();
    url_ = (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + support::read_line(port_file);
    operator_key_ = support::read_line(data() / "operator.key");
}

std::optional<int> ApiServer::stop() {
    process_->send_signal(SIGTERM);
    return process_->wait(std::chrono::seconds(20));
}

std::optional<int> ApiServer::wait_end() {
    return process_->wait(std::chrono::seconds(20));
}

void ApiServer::kill() {
    process_->kill_now();
}

Caller ApiServer::caller(const std::string& key) const {
    return {url_, key};
}

std::string ApiServer::log() const {
    return process_->output();
}

namespace {

Json must(const Answer& answer) {
    if (answer.status >= 300) throw std::runtime_error(answer.text);
    return answer.body;
}

std::string operator_of(const ApiServer& server) {
    Caller op = server.operator_caller();
    const Json listed = must(op.get("/v1/organisations?limit=200"));
    for (const Json& row : listed["items"]) {
        if (row["roles"].dump().find("operator") != std::string::npos) return row["id"];
    }
    throw std::runtime_error("the server names no operator");
}

}  // namespace

std::pair<std::string, std::string> make_officer(const ApiServer& server,
                                                 const std::string& organisation,
                                                 const char* name) {
    Caller op = server.operator_caller();
    const std::string path = "/v1/organisations/" + organisation;
    const std::string user = must(op.post(path + "/users", {{"name", name}}))["id"];
    const Json key = must(
        op.post(path + "/api-keys", {{"scopes", {"operator"}}, {"label", name}, {"user", user}}));
    return {user, key["secret"]};
}

Officers::Officers(const ApiServer& server)
    : organisation(operator_of(server)), first(server.url(), ""), second(server.url(), "") {
    auto [one, one_key] = make_officer(server, organisation, "First officer");
    auto [two, two_key] = make_officer(server, organisation, "Second officer");
    first_id = one;
    second_id = two;
    first_key = one_key;
    second_key = two_key;
    first = server.caller(one_key);
    second = server.caller(two_key);
}

Json Officers::deposit(const Party& to, const std::string& amount) {
    const Json asked =
        must(first.post("/v1/accounts/" + to.id + "/deposits",
                        {{"currency", "CNY"}, {"amount", amount}, {"reference", "wire 1"}}));
    return must(second.post("/v1/cash-requests/" + asked["id"].get<std::string>() + ":approve",
                            Json::object()));
}

Json Officers::operate(const std::string& target, const Json& body) {
    const Json asked = must(first.post(target, body));
    const std::string id = asked.at("id");
    return must(second.post("/v1/operator-requests/" + id + ":approve", Json::object()));
}

Party make_party(Caller& op, const std::string& name, const Json& roles) {
    const Answer made = op.post("/v1/organisations", {{"name", name}, {"roles", roles}});
    if (made.status != 201) throw std::runtime_error(made.text);
    Party party;
    party.id = made.body["id"];
    const Answer key = op.post("/v1/organisations/" + party.id + "/api-keys",
                               {{"scopes", roles}, {"label", "test"}});
    if (key.status != 201) throw std::runtime_error(key.text);
    party.key = key.body["secret"];
    return party;
}

}  // namespace suanpan::test
