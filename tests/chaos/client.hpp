#pragma once

// One party's way to the market, as a real client goes it: a request whose outcome is not known is
// sent again, to the other server if need be, with the same Idempotency-Key, until it is known. All
// of it is in the history. Some requests are sent by somebody who does not wait for the answer, and
// some that were answered are sent once more: the answer must be the same.

#include "apps/suanpan-demo/dice.hpp"
#include "base/json.hpp"
#include "client/http_client.hpp"
#include "tests/chaos/history.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::chaos {

/// Of all clients.
struct Market {
    std::vector<std::string> urls;   // of the servers
    std::atomic<bool> stop = false;  // no new requests
    std::atomic<bool> quit = false;  // what is not known stays so
};

struct Key {
    OrganisationId organisation;
    std::string secret;
};

struct Told {
    int status = 0;
    Json body;
};

/// Not thread-safe. `patience_ms`: for one answer.
class Client {
 public:
    Client(const Market& market, History* history, std::string name, Key key, std::uint64_t seed,
           std::int64_t patience_ms);

    /// Status 0: not known, since the run is over. Without `keyed` no Idempotency-Key is sent.
    Told post(Kind kind, const std::string& route, const std::string& target, const Json& body,
              bool keyed = true);
    /// Null when there is no answer now.
    Json get(const std::string& target);

    [[nodiscard]] bool over() const { return market_.stop; }
    [[nodiscard]] const std::string& name() const { return name_; }
    demo::Dice& dice() { return dice_; }

 private:
    struct Try {
        int status = 0;
        std::string text;
    };
    Try attempt(const client::HttpRequest& request, std::int64_t patience_ms);
    void ask_until_known(const client::HttpRequest& request, Exchange& exchange);
    void ask_again(const client::HttpRequest& request, const Exchange& exchange);
    void pause(int attempts);
    void take_other_server();

    const Market& market_;
    History* history_;  // null: nothing is written down
    std::string name_;
    Key key_;
    demo::Dice dice_;
    demo::Dice moods_;  // apart from dice_: what is asked does not depend on how
    std::int64_t patience_ms_;
    std::size_t server_ = 0;
    std::int64_t sent_ = 0;
    std::optional<client::HttpClient> http_;
};

}  // namespace suanpan::chaos
