#pragma once

// Brings what waits in the spools to the server. A reading is sent with the same bytes again and
// again until the server has said what becomes of it.

#include "apps/suanpan-meter/chain_spool.hpp"
#include "apps/suanpan-meter/link.hpp"
#include "base/crypto.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::meter {

struct Delivery {
    enum class Kind : std::uint8_t {
        kNothing,   // nothing waits, or all of it is held back for a while
        kAnswered,  // some of it was answered; there may be more
        kFailed,    // to be tried again after a pause
    };
    Kind kind = Kind::kNothing;
    std::int64_t retry_after_ms = 0;
    std::string problem;  // empty when all went well
    std::int64_t accepted = 0;
    std::vector<ReadingAnswer> refused;
    std::vector<LeaseId> taken_ids;  // the server knows an id of this chain with other bytes
};

class Sender {
 public:
    static constexpr std::size_t kMostReadings = 40;      // of a batch
    static constexpr std::size_t kMostEnvelopes = 500;    // of a request
    static constexpr std::size_t kMostBytes = 6U << 20U;  // of a request; the server takes 8 MiB
    // A refusal that may pass (the lease is not handed over yet) is asked again after this …
    static constexpr std::int64_t kHoldUs = 30'000'000;
    // … until the reading is this old: its billing window is long settled.
    static constexpr std::int64_t kGiveUpS = 7 * 86'400;

    // Of chains of this meter. Each envelope is signed with every key: while a meter changes its
    // key, one of them is good before the rotation is in the log, and one after. `keys` must
    // outlive it. REQUIRES at least one.
    Sender(const MeterId& meter, const std::vector<SigningKey>& keys)
        : meter_(meter), keys_(keys) {}

    // One request at most.
    Delivery send(Link& link, const std::vector<std::unique_ptr<ChainSpool>>& chains,
                  const Moment& now);

 private:
    struct Pace {
        std::size_t most_readings = kMostReadings;
        std::int64_t held_until_us = 0;
    };
    struct Batch {
        ChainSpool* chain;
        std::vector<settlement::Reading> readings;
    };

    std::vector<Batch> choose(const std::vector<std::unique_ptr<ChainSpool>>& chains,
                              const Moment& now, std::string& body);
    bool add_batches(ChainSpool& chain, std::vector<Batch>& out, std::string& body);
    [[nodiscard]] std::string envelope(const ChainId& id,
                                       std::vector<settlement::Reading>& readings) const;
    void take_answer(const Batch& batch, const Json& result, const Moment& now, Delivery& out);
    void take_verdicts(const Batch& batch, const Json& body, const Moment& now, Delivery& out);
    void take_refusal(const Batch& batch, int status, const Error& error, const Moment& now,
                      Delivery& out);
    void hold(const Batch& batch, const Error& error, const Moment& now, Delivery& out);
    void make_smaller(const std::vector<Batch>& batches);

    MeterId meter_;
    const std::vector<SigningKey>& keys_;
    std::map<const ChainSpool*, Pace> paces_;
    std::size_t most_bytes_ = kMostBytes;
    std::size_t first_ = 0;  // chain that comes first in the next request
};

}  // namespace suanpan::meter
