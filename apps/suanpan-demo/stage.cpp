#include "apps/suanpan-demo/stage.hpp"

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace suanpan::demo {
namespace {

namespace fs = std::filesystem;

constexpr int kStartPolls = 600;  // of 50 ms
constexpr std::string_view kOrigin = "suanpan.example/demo";

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

std::string file_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string first_line(const std::string& path) {
    const std::string text = file_text(path);
    return text.substr(0, text.find('\n'));
}

// The end of a log, for a message.
std::string tail_of(const std::string& path) {
    constexpr std::size_t kTail = 2'000;
    const std::string text = file_text(path);
    return text.size() > kTail ? text.substr(text.size() - kTail) : text;
}

std::string fresh_folder() {
    std::string pattern = (fs::temp_directory_path() / "suanpan-demo-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("cannot make a folder like " + pattern);
    return pattern;
}

}  // namespace

Settings read_settings() {
    Settings settings;
    settings.conninfo = environment("SUANPAN_PG");
    settings.programs = environment("SUANPAN_BIN");
    settings.work = environment("SUANPAN_WORK");
    if (settings.programs.empty()) settings.programs = fs::path(own_path()).parent_path().string();
    if (settings.conninfo.empty()) {
        throw std::runtime_error(
            "SUANPAN_PG names no PostgreSQL; './run demo' starts a private one and sets it");
    }
    return settings;
}

Stage::Stage(const Settings& settings, std::string name)
    : settings_(settings), name_(std::move(name)) {
    folder_ = settings_.work.empty() ? fresh_folder() : settings_.work;
    fs::create_directories(folder_);
}

Stage::~Stage() {
    server_.reset();
    std::error_code ignored;
    if (settings_.work.empty() && !settings_.keep) fs::remove_all(folder_, ignored);
}

void Stage::make_database() {
    const std::string database = "suanpan_" + name_ + "_" + to_hex(random_bytes(4));
    Command create;
    create.arguments = {"/usr/bin/psql",
                        "--no-psqlrc",
                        "--quiet",
                        "-v",
                        "ON_ERROR_STOP=1",
                        "-d",
                        settings_.conninfo,
                        "-c",
                        "CREATE DATABASE " + database + " ENCODING 'UTF8' TEMPLATE template0"};
    create.log = path("database.log");
    if (run_program(create).status != 0)
        throw std::runtime_error("no database: " + tail_of(create.log));
    database_ = settings_.conninfo + " dbname=" + database;
    Command migrate;
    migrate.arguments = {settings_.programs + "/suanpan", "migrate", "--database", database_};
    migrate.log = path("database.log");
    if (run_program(migrate).status != 0)
        throw std::runtime_error("the schema was not made: " + tail_of(migrate.log));
}

void Stage::start_server(Time start) {
    const std::string port_file = path("port");
    fs::remove(port_file);
    Command command;
    command.arguments = {settings_.programs + "/suanpand",
                         "--sandbox",
                         "--sandbox-start",
                         to_string(start),
                         "--database",
                         database_,
                         "--listen",
                         "127.0.0.1:0",
                         "--port-file",
                         port_file,
                         "--data",
                         path("data"),
                         "--origin",
                         std::string(kOrigin)};
    command.log = path("suanpand.log");
    command.outlive = settings_.keep;
    server_.emplace(command);
    for (int i = 0; i < kStartPolls && first_line(port_file).empty(); ++i) {
        if (server_->poll())
            throw std::runtime_error("suanpand did not start:\n" + tail_of(command.log));
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    const std::string port = first_line(port_file);
    if (port.empty()) throw std::runtime_error("suanpand names no port:\n" + tail_of(command.log));
    url_ = "http://127.0.0.1:" + port;
    operator_key_ = first_line(path("data") + "/operator.key");
    operator_ = std::make_unique<client::Api>(client::parse_url(url_).value(), operator_key_);
    must(operator_->get("/readyz"), "readyz");
}

void Stage::stop_server() {
    if (server_) server_->stop(SIGTERM, 20'000);
    server_.reset();
}

void Stage::leave_running() {
    if (server_) server_->let_go();
}

Finished Stage::run(std::vector<std::string> arguments) const {
    arguments.front() = settings_.programs + "/" + arguments.front();
    Command command;
    command.arguments = std::move(arguments);
    command.environment = {{"SUANPAN_URL", url_}, {"SUANPAN_KEY", operator_key_}};
    command.log = path("tools.log");
    return run_program(command);
}

client::Api Stage::api(const std::string& key) const {
    return {client::parse_url(url_).value(), key};
}

namespace {

std::string operator_of(client::Api& api) {
    const Json listed = must(api.list("/v1/organisations"), "organisations");
    for (const Json& row : listed) {
        for (const Json& role : row.at("roles")) {
            if (role == "operator") return row.at("id").get<std::string>();
        }
    }
    throw std::runtime_error("the server names no operator");
}

}  // namespace

client::Api& Stage::officer(std::unique_ptr<client::Api>& who, const std::string& name) {
    if (who) return *who;
    const std::string path = "/v1/organisations/" + operator_of(*operator_);
    const Json user = must(operator_->post(path + "/users", {{"name", name}}), "user");
    const Json key =
        must(operator_->post(path + "/api-keys",
                             {{"scopes", {"operator"}}, {"label", name}, {"user", user.at("id")}}),
             "officer's key");
    who = std::make_unique<client::Api>(api(key.at("secret").get<std::string>()));
    return *who;
}

void Stage::set_clock(Time now) {
    must(operator_->post("/v1/sandbox/clock", {{"now", to_string(now)}}), "sandbox clock");
}

Json must(const Result<Json>& answer, const std::string& what) {
    if (answer) return *answer;
    std::string text = what + ": " + answer.error().code() + ": " + answer.error().detail();
    for (const Fault& fault : answer.error().faults())
        text += "\n  " + fault.pointer + " " + fault.code + ": " + fault.detail;
    throw std::runtime_error(text);
}

Json make_organisation(client::Api& api, const std::string& name,
                       const std::vector<std::string>& roles) {
    const Json made =
        must(api.post("/v1/organisations", {{"name", name}, {"roles", roles}}), "organisation");
    const std::string id = made.at("id").get<std::string>();
    const Json key = must(
        api.post("/v1/organisations/" + id + "/api-keys", {{"scopes", roles}, {"label", "demo"}}),
        "api key");
    return {{"id", id}, {"name", name}, {"key", key.at("secret")}};
}

}  // namespace suanpan::demo
