#pragma once

// What a play needs to stand on: a database, the server in sandbox mode, the operator's key, and a
// folder for logs and tiles. All of it ends with this object.

#include "apps/suanpan-demo/process.hpp"
#include "base/json.hpp"
#include "base/units.hpp"
#include "client/api.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::demo {

struct Settings {
    std::string conninfo;  // SUANPAN_PG: of a private PostgreSQL, may create databases
    std::string programs;  // SUANPAN_BIN: folder of the programs
    std::string work;      // SUANPAN_WORK, or a fresh folder
    bool keep = false;
    bool small = false;
};
// From the environment; throws std::runtime_error that says what is missing.
Settings read_settings();

class Stage {
 public:
    Stage(const Settings& settings, std::string name);
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    // A fresh database with the schema.
    void make_database();
    // suanpand --sandbox, its clock standing at `start`.
    void start_server(Time start);
    void stop_server();
    // The server goes on after this process.
    void leave_running();

    // A program of the project, with the operator's key in its environment.
    [[nodiscard]] Finished run(std::vector<std::string> arguments) const;
    [[nodiscard]] client::Api api(const std::string& key) const;
    client::Api& operator_api() { return *operator_; }
    // Two persons of the operator, made when first asked for: what one asks the other approves.
    client::Api& first_officer() { return officer(first_officer_, "First officer"); }
    client::Api& second_officer() { return officer(second_officer_, "Second officer"); }
    void set_clock(Time now);

    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] const std::string& operator_key() const { return operator_key_; }
    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
    [[nodiscard]] const std::string& conninfo() const { return database_; }
    [[nodiscard]] const Settings& settings() const { return settings_; }

 private:
    client::Api& officer(std::unique_ptr<client::Api>& who, const std::string& name);

    Settings settings_;
    std::string name_;
    std::string folder_;
    std::string database_;
    std::string url_;
    std::string operator_key_;
    std::optional<Process> server_;
    std::unique_ptr<client::Api> operator_;
    std::unique_ptr<client::Api> first_officer_;
    std::unique_ptr<client::Api> second_officer_;
};

// The answer, or an exception that names the call: nothing that the demo itself asks may be
// refused.
Json must(const Result<Json>& answer, const std::string& what);

// Registers an organisation and a key with the scopes; gives {id, name, key}.
Json make_organisation(client::Api& api, const std::string& name,
                       const std::vector<std::string>& roles);

}  // namespace suanpan::demo
