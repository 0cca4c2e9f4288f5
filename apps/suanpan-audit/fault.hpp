#pragma once

// What an audit found wrong, and where.

#include "base/error.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace suanpan::audit {

struct Fault {
    std::string code;                    // stable: `entry_altered`
    std::string detail;                  // sentences for a person
    std::optional<std::uint64_t> index;  // of the first bad entry
    std::string place;                   // file or tile; empty when there is none
};

template <typename T>
using Audited = tl::expected<T, Fault>;

inline tl::unexpected<Fault> found(Fault fault) {
    return tl::unexpected<Fault>(std::move(fault));
}
inline tl::unexpected<Fault> found(const Error& error, std::string place = {}) {
    return tl::unexpected<Fault>(Fault{error.code(), error.detail(), {}, std::move(place)});
}

/// The audit could not be made: a file or server out of reach, a wrong option. Says nothing about
/// the log.
class AuditError : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

}  // namespace suanpan::audit
