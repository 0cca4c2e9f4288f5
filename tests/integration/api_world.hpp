#pragma once

#include "tests/integration/api_server.hpp"

namespace suanpan::test {

// One market, one provider with a pool of 8 lots, one buyer with 10,000 CNY.
struct World {
    explicit World(const ApiServer& server);

    Caller op;
    Party provider;
    Party buyer;
    std::string site;
    std::string pool;

    [[nodiscard]] Json sell(int lots, const std::string& price) const;
    [[nodiscard]] static Json buy(int lots, const std::string& price);
};

// Throws with the answer's text when the status is another one.
Json expect(const Answer& answer, int status);

}  // namespace suanpan::test
