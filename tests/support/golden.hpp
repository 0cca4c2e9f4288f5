#pragma once

#include <string>

namespace suanpan::support {

/// What tests/data/<name> holds, to be compared with `now`. With SUANPAN_WRITE_GOLDEN set, `now` is
/// written there first: for a change that is meant, to be looked at with `git diff`.
std::string golden(const std::string& source_dir, const std::string& name, const std::string& now);

}  // namespace suanpan::support
