#pragma once

// What the publisher's files say alike. Inside services/publishing only.

#include "base/error.hpp"

#include <cstdint>
#include <string>

namespace suanpan::services {

inline std::string entries_text(std::uint64_t size) {
    return std::to_string(size) + (size == 1 ? " entry" : " entries");
}

inline Error checkpoint_lost(std::uint64_t signed_size) {
    return {"checkpoint_lost", "the database's last checkpoint is no longer of size " +
                                   std::to_string(signed_size) +
                                   ": another publisher signs this log; make sure that only one "
                                   "runs, then restart it"};
}

}  // namespace suanpan::services
