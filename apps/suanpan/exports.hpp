#pragma once

// Statements and exports: what accounts and settlement come to, for people and other programs.

#include "apps/suanpan/session.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace suanpan::cli {

void add_exports(CLI::App& root, Session& session);

}  // namespace suanpan::cli
