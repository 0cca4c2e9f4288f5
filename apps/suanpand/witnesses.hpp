#pragma once

// The witnesses of the policy file, reached over HTTP.

#include "apps/suanpand/config.hpp"
#include "ledger/note.hpp"
#include "services/publishing/witnesses.hpp"

#include <memory>
#include <vector>

namespace suanpan::suanpand {

// `log`: its keys. Null when no policy is configured: then none is needed. Throws
// std::runtime_error with a sentence for a policy that cannot be used: unreadable, malformed, an
// address that is none, or logs of which this one is none.
std::unique_ptr<services::Witnesses> make_witnesses(const Config& config,
                                                    const std::vector<ledger::VerifierKey>& log);

}  // namespace suanpan::suanpand
