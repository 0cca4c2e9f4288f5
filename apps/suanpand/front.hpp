#pragma once

// A server's address, held from the moment when it waits or begins to lead: until its market runs
// it lives there (`/healthz`) and can be used for nothing yet. It is not let go of in between,
// since a server that waits on the same machine would take it.

#include "api/transport/server.hpp"
#include "apps/suanpand/config.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace suanpan::suanpand {

// Why a server cannot be used yet.
enum class Standing : std::uint8_t { kWaits, kAway, kBegins };  // kAway: the database

// Of one thread.
class Front {
 public:
    // Throws std::runtime_error with a sentence when the certificate cannot be used.
    explicit Front(const Config& config);

    // What callers are told until serve_with().
    void stand(Standing standing) { standing_ = standing; }
    // False while another has the address, as the leader on the same machine.
    bool try_open();
    // Gives who has the address some seconds to end. Throws std::runtime_error with a sentence.
    void open();
    // From now on `handler` answers, until close(). REQUIRES that it is open, and only once.
    void serve_with(api::Handler handler);
    void close() { server_.reset(); }

    // "http://127.0.0.1:8080". REQUIRES that it is open.
    [[nodiscard]] std::string url() const;
    [[nodiscard]] api::HttpServer& server() { return *server_; }
    [[nodiscard]] const std::shared_ptr<wire::ServerTls>& tls() const { return tls_; }
    // Why try_open() gave false.
    [[nodiscard]] const std::string& refusal() const { return refusal_; }

 private:
    void take(api::Request request, api::Reply reply) const;

    const Config& config_;
    const std::shared_ptr<wire::ServerTls> tls_;
    std::string refusal_;
    std::atomic<Standing> standing_ = Standing::kWaits;
    api::Handler handler_;  // written once, before `serves_` is set
    std::atomic<bool> serves_ = false;
    std::optional<api::HttpServer> server_;  // last: it uses the others
};

}  // namespace suanpan::suanpand
