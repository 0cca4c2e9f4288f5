#pragma once

// What every command shares: the server, the key, how to print. A command is given its parsed
// options, calls the server once or a few times, and shows the answer as a table or as JSON.

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "client/api.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace suanpan::cli {

// A column of a table: what stands above it and where its value is (JSON pointer).
struct Column {
    std::string title;
    std::string pointer;
};

// Exit status of a command that the server refused, and of one whose server was not reached.
inline constexpr int kRefused = 1;
inline constexpr int kBadUsage = 2;
inline constexpr int kUnreachable = 3;

class Session {
 public:
    std::string url = "http://127.0.0.1:8080";
    std::string key;
    bool json = false;
    // Of a writing command; repeats an earlier call whose outcome is unknown. Empty: a fresh one.
    std::string idempotency_key;
    // The organisation's signing key, by the file of its secret and by its id: every writing
    // command is signed with it. Both or none.
    std::string sign_with;
    std::string sign_as;
    // The origin of the log that they are for; empty: what the server says.
    std::string sign_for;
    // The time that they are signed at; empty: now.
    std::string sign_at;
    // The command that was named; set while the command line is parsed.
    std::function<Result<void>()> command;

    // Made when first asked for. Errors: `bad_url`, `no_file`.
    Result<client::Api*> api();
    // One call, and its answer shown: an array as a table of `columns`, an object line by line.
    Result<void> get(const std::string& target, const std::vector<Column>& columns = {});
    Result<void> list(const std::string& target, const std::vector<Column>& columns);
    // When the outcome stays unknown, says with which key to repeat the call.
    Result<void> post(const std::string& target, const Json& body);
    // As get(), with `rows` (JSON pointer) of the answer as the table.
    Result<void> get_rows(const std::string& target, const std::string& rows,
                          const std::vector<Column>& columns);
    void show(const Json& answer, const std::vector<Column>& columns = {}) const;

 private:
    Result<void> sign_writes(client::Api& with) const;

    std::unique_ptr<client::Api> api_;
};

// Prints an error with every fault; gives the exit status.
int report(const Error& error);

// A file's text, "-" for standard input. Errors: `no_file`.
Result<std::string> read_file(const std::string& path);
// The secret of a signing key, from a file of its own. Error `no_file`.
Result<SigningKey> read_signing_key(const std::string& path);
// JSON that was given on the command line or, as "@file", in a file.
Result<Json> read_json(const std::string& text);

}  // namespace suanpan::cli
