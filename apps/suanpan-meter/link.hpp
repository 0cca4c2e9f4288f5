#pragma once

// The way to the server: one attempt a call, no pauses.

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "client/http_client.hpp"
#include "client/url.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace suanpan::meter {

struct LinkError {
    Error error;
    int status = 0;                   // 0: no answer
    std::int64_t retry_after_ms = 0;  // that the server asked for

    // Nothing is wrong with the request: the server or the way to it is.
    [[nodiscard]] bool may_pass() const { return status == 0 || status == 429 || status >= 500; }
};
template <typename T>
using Linked = tl::expected<T, LinkError>;

class Link {
 public:
    Link(const client::Url& server, std::filesystem::path api_key_file);

    // JSON of an answer below 400. The key's file is read for each call, so a new key is used once
    // it is there.
    Linked<Json> get(const std::string& target);
    Linked<Json> post(const std::string& target, std::string body);

 private:
    Linked<Json> send(client::HttpRequest request);

    client::HttpClient http_;
    std::string base_;
    std::filesystem::path api_key_file_;
};

// What the server says of a lease's time.
struct LeaseTime {
    std::string state;             // scheduled, provisioning, active, …
    std::optional<Window> active;  // from the hand-over on
    bool over = false;             // no time will be added
};
Linked<LeaseTime> read_lease_time(Link& link, const LeaseId& lease);

}  // namespace suanpan::meter
