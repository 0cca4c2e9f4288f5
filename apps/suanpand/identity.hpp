#pragma once

// The identity provider that the configuration names.

#include "apps/suanpand/config.hpp"
#include "services/clock.hpp"
#include "services/iam/tokens.hpp"

#include <memory>

namespace suanpan::suanpand {

// Null when none is named. `real_time` must outlive it: a sandbox's clock knows nothing of tokens.
std::unique_ptr<services::TokenVerifier> make_token_verifier(const Config& config,
                                                             const services::Clock& real_time);

}  // namespace suanpan::suanpand
