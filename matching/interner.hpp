#pragma once

// Small numbers for long names. A name keeps its number for ever: there are as many as the registry
// has organisations, sites, projects and keys.

#include "base/ids.hpp"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace suanpan::matching {

template <typename Name>
class Interner {
 public:
    std::uint32_t number(const Name& name) {
        const auto [at, is_new] =
            numbers_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
        if (is_new) names_.push_back(name);
        return at->second;
    }
    [[nodiscard]] const Name& name(std::uint32_t number) const { return names_[number]; }

 private:
    std::unordered_map<Name, std::uint32_t, IdHash> numbers_;
    std::vector<Name> names_;
};

}  // namespace suanpan::matching
