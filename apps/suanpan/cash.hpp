#pragma once

// Commands about money in and out: parts of the group `account`.

#include "apps/suanpan/session.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace suanpan::cli {

void add_cash(CLI::App& account, Session& session);

}  // namespace suanpan::cli
