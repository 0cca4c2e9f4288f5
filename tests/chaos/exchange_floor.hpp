#pragma once

// The market that is traded on, and who trades: providers with pools and meters, buyers with and
// without money, the operator's clerk. Each is one thread with dice of its own, so that a seed
// gives the same requests as far as the answers are the same.

#include "base/crypto.hpp"
#include "tests/chaos/client.hpp"
#include "tests/chaos/cluster.hpp"
#include "tests/chaos/history.hpp"

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::chaos {

struct Provider {
    Key key;
    std::vector<std::string> pools;
    std::string meter;
    Seed meter_seed{};
};

struct Floor {
    Key operator_key;
    Key first_officer;
    Key second_officer;
    std::vector<Provider> providers;
    std::vector<Key> buyers;    // the last one has next to nothing
    std::int64_t log_size = 0;  // of what was founded
};

inline constexpr int kPoolLots = 24;
inline constexpr std::int64_t kReadingS = 300;  // one reading a lease and five minutes

/// Before anything is broken. Throws std::runtime_error when something is refused.
Floor found_floor(const Market& market, const std::string& operator_secret);

/// The parties, each until `market.stop`.
void trade_as_buyer(Client& client, const Cluster& cluster, bool poor);
void trade_as_provider(Client& client, const Cluster& cluster, const Provider& provider);
/// Deposits, by two persons, and settlement runs.
void work_as_clerk(Client& first, Client& second, const Floor& floor);

}  // namespace suanpan::chaos
