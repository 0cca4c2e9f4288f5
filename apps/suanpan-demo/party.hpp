#pragma once

// The other side of a party's process: reads one request (a line of JSON) after the other from
// standard input and answers each with one line. A party knows its own keys and nothing of the
// others'. Requests have "do"; answers are {"ok":…} or {"error":"…"}.

#include "apps/suanpan-demo/process.hpp"
#include "base/json.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <vector>

namespace suanpan::demo {

// The main function of a party's process. Kinds: `provider`, `buyer`, `meter`.
int run_party(const std::string& kind);

// Makers of the handlers, one a kind.
using PartyHandler = std::function<Json(const Json& request)>;
PartyHandler make_provider();
PartyHandler make_buyer();
PartyHandler make_meter();

// A party seen from the play: ask() sends, answer() waits. Throws std::runtime_error with what the
// party said when it failed.
class Party {
 public:
    explicit Party(const std::string& kind, const std::string& log);
    void ask(const Json& request);
    Json answer();

 private:
    std::string kind_;
    Process process_;
};

// The same request to all of them at once; their answers in order.
std::vector<Json> ask_all(std::vector<Party>& parties, const Json& request);

}  // namespace suanpan::demo
