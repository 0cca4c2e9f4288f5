#pragma once

// Asks the witnesses of a policy to cosign (ledger "Publishing"; C2SP tlog-witness, tlog-policy).
// Each witness has a thread of its own, so a slow or dead one delays no other; the round ends as
// soon as the policy holds, a short grace for the rest aside.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/policy.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::services {

struct WitnessReply {
    int status = 0;  // HTTP
    std::string content_type;
    std::string body;
};
/// Posts a body to one witness's add-checkpoint address. One thread at a time. What is not reached
/// in time is an exception; it must end within some seconds.
using WitnessPost = std::function<WitnessReply(const std::string& body)>;
/// Makes that of a witness's whole address (with add-checkpoint).
using WitnessConnect = std::function<WitnessPost(const std::string& url)>;

/// A checkpoint that is signed and durable.
struct WitnessRequest {
    ledger::Checkpoint checkpoint;
    std::string note;
    /// The consistency proof from an older size. Called by several threads, also after the round
    /// has ended: it must own what it needs.
    std::function<Result<std::vector<Hash>>(std::uint64_t old_size)> prove;
};

struct WitnessStatus {
    std::string name;          // in the policy
    std::string key_name;      // in signatures
    std::uint64_t size = 0;    // the largest that it cosigned, as far as is known here
    std::optional<Time> time;  // of its last cosignature, by its own clock
    std::string failure;       // of the last time it was asked; empty: it answered
};

/// Thread-safe, but collect() and ask_sizes() are called by one thread, the publisher's.
class Witnesses {
 public:
    struct Options {
        std::int64_t wait_ms = 8'000;  // a round at most
        std::int64_t grace_ms = 150;   // for the others once the policy holds
    };

    Witnesses(ledger::Policy policy, const WitnessConnect& connect, Options options);
    /// Waits for posts that are under way.
    ~Witnesses();
    Witnesses(const Witnesses&) = delete;
    Witnesses& operator=(const Witnesses&) = delete;

    struct Sizes {
        bool enough = false;  // those who answered are a quorum
        std::uint64_t largest = 0;
        std::string witness;  // who named it
        /// Those who name a larger size than was asked with are a quorum, and the others are none:
        /// by the policy they cannot all be wrong.
        bool larger_is_certain = false;
    };
    /// Asks each for the size that it saw last, with `old 0` and the checkpoint that was signed
    /// last: who has seen something names it, who has seen nothing cosigns what is durable.
    Sizes ask_sizes(const ledger::Checkpoint& last, const std::string& note);

    struct Collected {
        bool enough = false;  // the policy holds
        std::string note;     // with every valid cosignature there is
    };
    /// Cosignatures that came before, for the same checkpoint, count.
    Collected collect(const WitnessRequest& request);

    [[nodiscard]] std::vector<WitnessStatus> status() const;
    [[nodiscard]] const ledger::Policy& policy() const;
    /// For messages: who doesn't answer, and why.
    [[nodiscard]] std::string describe() const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::services
