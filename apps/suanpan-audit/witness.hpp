#pragma once

// suanpan-audit witness: a C2SP tlog-witness over HTTP, and the making of its key.

#include "apps/suanpan-audit/command.hpp"
#include "apps/suanpan-audit/http_head.hpp"
#include "apps/suanpan-audit/witness_key.hpp"
#include "apps/suanpan-audit/witness_store.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace suanpan::audit {

/// What it answers; thread-safe.
///   POST /add-checkpoint   C2SP tlog-witness
///   GET /key               its verifier key
///   GET /                  the same, and the size of each log that it cosigned
class Witness {
 public:
    using Clock = std::function<Time()>;
    /// Told of each decision, in order: a sentence for the operator.
    using Watch = std::function<void(const std::string&)>;

    /// `logs`: whose checkpoints it cosigns. The store outlives this.
    Witness(WitnessKey key, std::vector<ledger::VerifierKey> logs, WitnessStore& store, Clock clock,
            Watch watch);

    WebResponse handle(const WebRequest& request);

 private:
    WebResponse add_checkpoint(const std::string& body);
    WebResponse show();
    ledger::WitnessAnswer decide_and_keep(const ledger::AddCheckpointRequest& request,
                                          const std::string& origin);

    WitnessKey key_;
    std::vector<ledger::VerifierKey> logs_;
    Clock clock_;
    Watch watch_;
    std::mutex mutex_;  // from the reading of the state to its being durable
    WitnessStore& store_;
};

Runner declare_witness(CLI::App& app);

}  // namespace suanpan::audit
