#pragma once

#include "apps/suanpan/session.hpp"

#include <string>

namespace suanpan::cli {

// What the server has at `target` into a file, which appears once it is whole, or on standard
// output for an empty name or "-". A long one says on a terminal how far it is. Error `no_file`.
Result<void> download(const Session& session, const std::string& target, const std::string& file);

}  // namespace suanpan::cli
