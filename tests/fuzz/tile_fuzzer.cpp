// Any bytes as a tile's path: refused, or a tile that prints back to exactly these bytes and that
// the smallest log which can have it does have.

#include "ledger/tile.hpp"
#include "ledger/tree.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace ledger = suanpan::ledger;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto tile = ledger::parse_tile_path(text);
    if (!tile) {
        require(tile.error().code() == "bad_tile_path");
        return 0;
    }
    require(ledger::tile_path(*tile) == text);
    require(tile->width >= 1 && tile->width <= ledger::kTileWidth);
    require(tile->level <= ledger::kMaxTileLevel);
    require(ledger::parse_tile_path(ledger::tile_path(tile->full())).value() == tile->full());
    const auto at = ledger::tile_at(tile->kind, tile->level, tile->index, ledger::kMaxTreeSize);
    require(at ? at->index == tile->index : at.error().code() == "no_such_tile");
    // Level 0 of a log that ends with this tile's last hash.
    constexpr auto kWidth = ledger::kTileWidth;
    if (tile->level == 0 && tile->index < (ledger::kMaxTreeSize - kWidth) / kWidth) {
        const auto own =
            ledger::tile_at(tile->kind, 0, tile->index, tile->index * kWidth + tile->width);
        require(own.value() == *tile);
    }
    return 0;
}
