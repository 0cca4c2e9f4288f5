#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace suanpan::test {

// Every code that stands in the source of what answers, with a file that has it.
std::map<std::string, std::string> codes_in_source();

// Of a code that no client ever sees.
std::optional<std::string_view> reason_not_answered(const std::string& code);

}  // namespace suanpan::test
