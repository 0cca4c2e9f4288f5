#pragma once

#include "apps/suanpand/config.hpp"

namespace suanpan::suanpand {

// Runs the server until SIGTERM or SIGINT. Throws std::runtime_error with a sentence that says what
// is wrong and what to do when it cannot start. REQUIRES that no thread was started before: signals
// are taken by the calling thread.
void run_application(const Config& config);

}  // namespace suanpan::suanpand
