#include "services/trading/name_filter.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace suanpan::services {
namespace {

constexpr std::size_t kFirstBlocks = 4'096;
constexpr std::size_t kNamesABlock = 16;
// Seven places of nine bits each, 0 to 511, out of one word of the hash.
constexpr int kBitsAName = 7;
constexpr int kPlaceBits = 9;

std::uint64_t word_of(const Hash& name, std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, name.data() + at * sizeof(word), sizeof(word));
    return word;
}

std::size_t block_of(const Hash& name, std::size_t blocks) {
    return word_of(name, 0) & (blocks - 1);
}

// The bits of a name within its block.
template <typename Words>
Words mask_of(const Hash& name) {
    Words mask{};
    std::uint64_t places = word_of(name, 1);
    for (int i = 0; i < kBitsAName; ++i, places >>= kPlaceBits)
        mask[(places >> 6) & 7] |= std::uint64_t{1} << (places & 63);
    return mask;
}

}  // namespace

bool NameFilter::Layer::full() const {
    return names == kNamesABlock * blocks.size();
}

NameFilter::NameFilter() {
    layers_.emplace_back(kFirstBlocks);
}

void NameFilter::add(const Hash& name) {
    if (layers_.back().full()) layers_.emplace_back(2 * layers_.back().blocks.size());
    Layer& layer = layers_.back();
    auto& words = layer.blocks[block_of(name, layer.blocks.size())].words;
    const auto mask = mask_of<decltype(Block::words)>(name);
    for (std::size_t i = 0; i < words.size(); ++i)
        words[i] |= mask[i];
    ++layer.names;
}

bool NameFilter::may_have(const Hash& name) const {
    const auto mask = mask_of<decltype(Block::words)>(name);
    return std::ranges::any_of(layers_, [&](const Layer& layer) {
        const auto& words = layer.blocks[block_of(name, layer.blocks.size())].words;
        std::uint64_t missing = 0;
        for (std::size_t i = 0; i < words.size(); ++i)
            missing |= mask[i] & ~words[i];
        return missing == 0;
    });
}

void NameFilter::absorb(NameFilter other) {
    layers_.insert(layers_.begin(), std::make_move_iterator(other.layers_.begin()),
                   std::make_move_iterator(other.layers_.end()));
}

std::size_t NameFilter::names() const {
    std::size_t sum = 0;
    for (const Layer& layer : layers_)
        sum += layer.names;
    return sum;
}

std::size_t NameFilter::bytes() const {
    std::size_t sum = 0;
    for (const Layer& layer : layers_)
        sum += layer.blocks.size() * sizeof(Block);
    return sum;
}

}  // namespace suanpan::services
