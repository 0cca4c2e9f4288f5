#pragma once

#include "tests/style/source_tree.hpp"

#include <span>
#include <string>
#include <vector>

namespace suanpan::style {

/// A rule that the machine keeps.
struct Rule {
    std::string name;    ///< "NoFloatingPointInPureCode"
    std::string reason;  ///< shown with every fault
    /// Faults of one file, each "line: what".
    std::vector<std::string> (*check)(const SourceFile&);
    /// Two files to prove the rule with: one that breaks it, one close to it that does not.
    SourceFile bad;
    SourceFile good;
};

std::span<const Rule> all_rules();

}  // namespace suanpan::style
