#pragma once

#include "base/json.hpp"
#include "client/http_client.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"
#include "support/test_database.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::test {

struct Answer {
    int status = 0;
    Json body;  // null when it was no JSON
    std::string text;
    std::vector<std::pair<std::string, std::string>> headers;
    [[nodiscard]] std::string header(std::string_view name) const;
    [[nodiscard]] std::string code() const;  // of a problem
};

// One caller's connection. Not thread-safe.
class Caller {
 public:
    Caller(std::string url, std::string key);

    Answer get(const std::string& target);
    // A fresh Idempotency-Key unless one is given; "-" sends none.
    Answer post(const std::string& target, const Json& body, std::string idempotency_key = "");
    Answer send(const client::HttpRequest& request);

 private:
    client::HttpClient http_;
    std::string key_;
};

// suanpand as a process, with a database of its own; the sandbox's clock starts at kStart.
class ApiServer {
 public:
    static constexpr std::string_view kStart = "2026-01-01T00:00:00Z";

    explicit ApiServer(std::vector<std::string> more_arguments = {});
    // A second market with the past of one that was stopped: its database and data, copied.
    explicit ApiServer(const ApiServer& stopped);
    ~ApiServer();
    ApiServer& operator=(const ApiServer&) = delete;

    // More variables for its environment, this time only.
    void start(const std::map<std::string, std::string>& environment = {});
    // SIGTERM; gives the exit status.
    std::optional<int> stop();
    void kill();
    // Exit status, once it has ended by itself; 128 + the signal that ended it.
    std::optional<int> wait_end();

    [[nodiscard]] Caller caller(const std::string& key) const;
    [[nodiscard]] Caller operator_caller() const { return caller(operator_key_); }
    [[nodiscard]] const support::TestDatabase& database() const { return database_; }
    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] std::string log() const;
    [[nodiscard]] std::filesystem::path data() const { return dir_.path() / "data"; }

 private:
    support::TestDatabase database_;
    support::TempDir dir_;
    std::vector<std::string> more_arguments_;
    std::unique_ptr<support::ChildProcess> process_;
    std::string url_;
    std::string operator_key_;
};

// An organisation with a key of all its roles.
struct Party {
    std::string id;
    std::string key;
};
Party make_party(Caller& op, const std::string& name, const Json& roles);

// A new person of the operator: its id and a key.
std::pair<std::string, std::string> make_officer(const ApiServer& server,
                                                 const std::string& organisation, const char* name);

// Two persons of the operator; what one asks for the other approves.
struct Officers {
    explicit Officers(const ApiServer& server);
    // Gives the approved request.
    Json deposit(const Party& to, const std::string& amount);
    // What is asked for there, and approved.
    Json operate(const std::string& target, const Json& body = Json::object());

    std::string organisation;  // the operator
    std::string first_id;
    std::string second_id;
    std::string first_key;
    std::string second_key;
    Caller first;
    Caller second;
};

}  // namespace suanpan::test
