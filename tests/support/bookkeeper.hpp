#pragma once

#include <optional>
#include <string>

namespace suanpan::support {

/// What the program itself says of a journal; "" when it has no complaint. Nothing when it is not
/// installed (Debian packages `hledger`, `beancount`).
std::optional<std::string> complaint_of_hledger(const std::string& journal);
std::optional<std::string> complaint_of_beancount(const std::string& journal);

}  // namespace suanpan::support
