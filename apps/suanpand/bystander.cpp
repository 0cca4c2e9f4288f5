#include "apps/suanpand/bystander.hpp"

#include "api/problem.hpp"
#include "apps/suanpand/tls.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <iostream>

namespace suanpan::suanpand {

namespace {

api::Response answer(const api::Request& request, bool away) {
    if (request.path == "/healthz") {
        api::Response response;
        response.body = R"({"status":"waiting"})";
        return response;
    }
    const Error why =
        away ? Error("database_unavailable",
                     "the database cannot be reached; this server waits for it, and to lead")
             : Error("not_leader", "another server leads: send the request there");
    return api::problem(why, request.path);
}

}  // namespace

Bystander::Bystander(const Config& config) {
    try {
        const auto tls = make_tls(config);
        server_.emplace(api::Listen{config.address, config.port, 1, tls}, api::ServerLimits{},
                        [this](const api::Request& request, const api::Reply& reply) {
                            reply(answer(request, away_));
                        });
        server_->start();
        std::cout << "its health is told on " << (tls ? "https://" : "http://") << config.address
                  << ":" << server_->port() << std::endl;
    } catch (const std::exception& failure) {
        server_.reset();
        spdlog::info("while this server waits it answers nobody: {}", failure.what());
    }
}

}  // namespace suanpan::suanpand
