#pragma once

// A small HTTP server that answers a meter as suanpand does: the same parser, the same rules for
// accepting (settlement/lease_meter), one lease. It can be away, busy or picky.

#include "base/crypto.hpp"
#include "settlement/lease_meter.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::meter {

class MeterServer {
 public:
    MeterServer(const settlement::MeteredLease& lease, const PublicKey& key);
    ~MeterServer();
    MeterServer(const MeterServer&) = delete;
    MeterServer& operator=(const MeterServer&) = delete;

    [[nodiscard]] int port() const { return port_; }

    // Its clock; the lease is active as long as `active` is set.
    void set_now(Time now);
    void activate(const Window& active);
    // What the next requests get instead of an answer: "429 3" (Retry-After), "503", "413",
    // "close".
    void push_trouble(std::vector<std::string> troubles);
    // Every request is closed at once.
    void set_away(bool away) { away_ = away; }
    // Of the meter, from now on; and the code for an envelope that it has not signed.
    void set_key(const PublicKey& key);
    void set_refusal(const std::string& code);
    // The most readings that it takes in one envelope.
    void set_most_readings(std::size_t most) { most_readings_ = most; }

    struct Taken {
        settlement::Reading reading;
        std::string result;
    };
    // In the order in which they came.
    std::vector<Taken> taken();
    std::size_t requests() const { return requests_; }

 private:
    void serve();
    void serve_connection(int socket);
    std::string answer(const std::string& head, const std::string& body);
    std::string lease_answer();
    std::string batch_answer(const std::string& body);
    std::string envelope_answer(const std::string& envelope);

    settlement::MeteredLease lease_;
    PublicKey key_;
    std::string refusal_ = "bad_signature";
    int listener_ = -1;
    int port_ = 0;
    std::mutex mutex_;
    settlement::LeaseMeter judge_;
    Time now_;
    std::int64_t index_ = 0;
    std::vector<Taken> taken_;
    std::deque<std::string> troubles_;
    std::atomic<bool> away_ = false;
    std::atomic<std::size_t> most_readings_ = 1'000;
    std::atomic<std::size_t> requests_ = 0;
    std::thread thread_;
};

}  // namespace suanpan::meter
