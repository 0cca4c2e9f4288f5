#pragma once

// The payloadType of a write that its author signs (docs/api.md, "Signed writes"): who signs it and
// who checks it say it alike.

#include <string>
#include <string_view>

namespace suanpan {

inline constexpr std::string_view kWriteType = "application/vnd.suanpan.write+json; to=";
inline constexpr std::string_view kWriteOnce = "; once=";

inline std::string write_payload_type(std::string_view path, std::string_view once) {
    std::string out(kWriteType);
    return out.append(path).append(kWriteOnce).append(once);
}

}  // namespace suanpan
