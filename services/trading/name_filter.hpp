#pragma once

// A set of names that forgets which they are: it says of a name that it is surely new, or that it
// may be there. A blocked Bloom filter (Putze, Sanders, Singler 2007): the bits of a name lie in
// one cache line. Grows by further layers, each twice the one before, so that no name is ever moved
// and none has to be known again. Four bytes a name when full; of names that were never added about
// one in 30,000 a layer may seem to be there.

#include "base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace suanpan::services {

class NameFilter {
 public:
    NameFilter();

    // A name is its hash, of which the first sixteen bytes are used.
    void add(const Hash& name);
    // Never false for a name that was added.
    [[nodiscard]] bool may_have(const Hash& name) const;
    // Takes in all names of another one, smaller by its nature: this one goes on growing.
    void absorb(NameFilter other);

    [[nodiscard]] std::size_t names() const;
    [[nodiscard]] std::size_t bytes() const;

 private:
    struct alignas(64) Block {
        std::array<std::uint64_t, 8> words{};
    };
    struct Layer {
        explicit Layer(std::size_t size) : blocks(size) {}
        [[nodiscard]] bool full() const;

        std::vector<Block> blocks;  // a power of two
        std::size_t names = 0;
    };

    std::vector<Layer> layers_;  // names are added to the last
};

}  // namespace suanpan::services
