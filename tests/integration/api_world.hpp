#pragma once

#include "tests/integration/api_server.hpp"

namespace suanpan::test {

// One market, one provider with a pool of 8 lots, one buyer with 10,000 CNY.
struct World {
    explicit World(const ApiServer& server);

    Caller op;
    Officers officers;
    Party provider;
    Party buyer;
    std::string site;
    std::string pool;

    [[nodiscard]] Json sell(int lots, const std::string& price) const;
    [[nodiscard]] static Json buy(int lots, const std::string& price);
};

void move_clock(Caller& op, std::string_view now);
// The lease of World::buy(2, …) is handed over, and both its hours are read in full.
void deliver(Caller& op, Caller& seller, const std::string& lease);
void deliver_all(Caller& op, Caller& seller, const std::vector<std::string>& leases);

// Throws with the answer's text when the status is another one.
Json expect(const Answer& answer, int status);

}  // namespace suanpan::test
