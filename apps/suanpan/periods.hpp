#pragma once

// Parts of the commands about closing a month.

#include "apps/suanpan/session.hpp"

namespace suanpan::cli {

// A large market closes in several steps: the rest of them, from what the last one answered.
Result<void> finish_closing(Session& session, const Json& step);

}  // namespace suanpan::cli
