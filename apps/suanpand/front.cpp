#include "apps/suanpand/front.hpp"

#include "api/problem.hpp"
#include "apps/suanpand/tls.hpp"

#include <chrono>
#include <exception>
#include <stdexcept>
#include <thread>
#include <utility>

namespace suanpan::suanpand {

namespace {

using Monotonic = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::milliseconds kTryAgain{100};

Error reason_of(Standing standing) {
    switch (standing) {
        case Standing::kWaits: break;
        case Standing::kAway:
            return Error("database_unavailable",
                         "the database cannot be reached; this server waits for it, and to lead");
        case Standing::kBegins:
            return Error("unavailable", "this server begins to lead: try again in some seconds");
    }
    return Error("not_leader", "another server leads: send the request there");
}

api::Response answer(const api::Request& request, Standing standing) {
    if (request.path == "/healthz") {
        api::Response response;
        response.body = R"({"status":"waiting"})";
        return response;
    }
    return api::problem(reason_of(standing), request.path);
}

}  // namespace

Front::Front(const Config& config) : config_(config), tls_(make_tls(config)) {}

bool Front::try_open() {
    if (server_) return true;
    try {
        server_.emplace(api::Listen{config_.address, config_.port, config_.io_threads, tls_},
                        api::ServerLimits{}, [this](api::Request request, api::Reply reply) {
                            take(std::move(request), std::move(reply));
                        });
    } catch (const std::exception& failure) {
        refusal_ = failure.what();
        return false;
    }
    server_->start();
    return true;
}

void Front::open() {
    const auto end = Monotonic::now() + kPatience;
    while (!try_open()) {
        if (Monotonic::now() >= end) throw std::runtime_error(refusal_);
        std::this_thread::sleep_for(kTryAgain);
    }
}

void Front::serve_with(api::Handler handler) {
    handler_ = std::move(handler);
    serves_ = true;
}

void Front::take(api::Request request, api::Reply reply) const {
    if (serves_) return handler_(std::move(request), std::move(reply));
    reply(answer(request, standing_));
}

std::string Front::url() const {
    return (tls_ ? "https://" : "http://") + config_.address + ":" +
           std::to_string(server_->port());
}

}  // namespace suanpan::suanpand
