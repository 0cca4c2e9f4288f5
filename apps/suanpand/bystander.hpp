#pragma once

// Answers in the place of a server that waits for its turn: it lives (`/healthz`), and can be used
// for nothing yet.

#include "api/transport/server.hpp"
#include "apps/suanpand/config.hpp"

#include <atomic>
#include <optional>

namespace suanpan::suanpand {

class Bystander {
 public:
    // Listens until it is destroyed. Where the address is taken, as by the leader on the same
    // machine, nobody is answered.
    explicit Bystander(const Config& config);

    // Why it waits: for the database, or else for the server that leads.
    void set_away(bool away) { away_ = away; }

 private:
    std::atomic<bool> away_ = false;
    std::optional<api::HttpServer> server_;  // last: it uses the other
};

}  // namespace suanpan::suanpand
