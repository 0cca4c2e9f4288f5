#pragma once

#include <string>
#include <string_view>

namespace suanpan::audit {

// gzip, one member.
std::string zip(std::string_view text);

}  // namespace suanpan::audit
