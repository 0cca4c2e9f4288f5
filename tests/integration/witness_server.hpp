#pragma once

// A witness of tests: an HTTP server with the pure rules behind it, and a switch.

#include "api/transport/server.hpp"
#include "base/crypto.hpp"
#include "ledger/note.hpp"
#include "ledger/witness.hpp"

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

namespace suanpan::test {

// It cosigns for the first log that asks it, whoever that is.
class WitnessServer {
 public:
    WitnessServer(std::string name, std::uint8_t seed);
    ~WitnessServer();
    WitnessServer(const WitnessServer&) = delete;
    WitnessServer& operator=(const WitnessServer&) = delete;

    [[nodiscard]] std::string url() const;
    [[nodiscard]] ledger::VerifierKey key() const;
    void trust(const ledger::VerifierKey& log);
    void set_working(bool working) { working_ = working; }
    // Its signatures are of something else.
    void set_lying(bool lying) { lying_ = lying; }
    [[nodiscard]] ledger::WitnessState state() const;

 private:
    api::Response answer(const api::Request& request);

    std::string name_;
    SigningKey key_;
    mutable std::mutex mutex_;
    std::vector<ledger::VerifierKey> logs_;
    ledger::WitnessState state_;
    std::atomic<bool> working_ = true;
    std::atomic<bool> lying_ = false;
    api::HttpServer server_;
};

// `quorum` of these must cosign.
std::string policy_text(const std::vector<WitnessServer*>& witnesses, int quorum);

}  // namespace suanpan::test
