#pragma once

// The payloadType of a write that its author signs (docs/api.md, "Signed writes"): who signs it and
// who checks it say it alike.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "base/units.hpp"

#include <string>
#include <string_view>

namespace suanpan {

inline constexpr std::string_view kWriteLog = "application/vnd.suanpan.write+json; log=";
inline constexpr std::string_view kWriteBy = "; by=";
inline constexpr std::string_view kWriteAt = "; at=";
inline constexpr std::string_view kWriteTo = "; to=";
inline constexpr std::string_view kWriteOnce = "; once=";

// What the signature stands for, the body aside: whoever holds another's may not use it elsewhere,
// in another's name, later, or a second time.
struct WriteScope {
    std::string_view log;  // its origin
    OrganisationId by;
    Time at;  // when it is signed
    std::string_view path;
    std::string_view once;  // the Idempotency-Key
};

// REQUIRES `at` within the range of to_string(Time).
inline std::string write_payload_type(const WriteScope& scope) {
    std::string out(kWriteLog);
    out.append(scope.log).append(kWriteBy).append(to_string(scope.by));
    out.append(kWriteAt).append(to_string(scope.at));
    return out.append(kWriteTo).append(scope.path).append(kWriteOnce).append(scope.once);
}

}  // namespace suanpan
