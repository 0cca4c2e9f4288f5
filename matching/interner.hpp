#pragma once

// Small numbers for long names. A name keeps its number for ever: there are as many as the registry
// has pools, organisations, sites, projects and keys.

#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace suanpan::matching {

// A flat table, each name at the first free place from its hash on: one cache line, mostly.
template <typename Name>
class Interner {
 public:
    std::uint32_t number(const Name& name) {
        Place& place = places_[place_of(name)];
        if (place.number != kFree) return place.number;
        const auto number = static_cast<std::uint32_t>(names_.size());
        place = {name, number};
        names_.push_back(name);
        if (names_.size() * 2 > places_.size()) grow();
        return number;
    }
    [[nodiscard]] std::optional<std::uint32_t> find(const Name& name) const {
        const std::uint32_t number = places_[place_of(name)].number;
        return number == kFree ? std::nullopt : std::optional(number);
    }
    // The name will be looked for.
    void prefetch(const Name& name) const {
        __builtin_prefetch(&places_[IdHash()(name) & (places_.size() - 1)]);
    }
    [[nodiscard]] const Name& name(std::uint32_t number) const { return names_[number]; }

 private:
    static constexpr std::uint32_t kFree = 0xffffffff;
    static constexpr std::size_t kFirst = 16;
    struct Place {
        Name name;
        std::uint32_t number = kFree;
    };

    // Of the name, or where it would be.
    [[nodiscard]] std::size_t place_of(const Name& name) const {
        const std::size_t mask = places_.size() - 1;
        std::size_t at = IdHash()(name) & mask;
        while (places_[at].number != kFree && places_[at].name != name)
            at = (at + 1) & mask;
        return at;
    }
    void grow() {
        places_.assign(places_.size() * 2, Place());
        for (std::uint32_t number = 0; number < names_.size(); ++number)
            places_[place_of(names_[number])] = {names_[number], number};
    }

    std::vector<Place> places_ = std::vector<Place>(kFirst);  // a power of two, at least half free
    std::vector<Name> names_;
};

}  // namespace suanpan::matching
