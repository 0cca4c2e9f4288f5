// Any bytes as a tile's path and as an entry bundle. First byte: the bundle's width. What is
// accepted prints back to exactly these bytes.

#include "ledger/entry.hpp"
#include "ledger/tile.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace ledger = suanpan::ledger;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto tile = ledger::parse_tile_path(text)) {
        require(ledger::tile_path(*tile) == text);
        require(tile->width >= 1 && tile->width <= ledger::kTileWidth);
    } else {
        require(tile.error().code() == "bad_tile_path");
    }
    if (text.empty()) return 0;
    const unsigned width = data[0] + 1U;
    const std::string_view bytes = text.substr(1);
    if (const auto entries = ledger::decode_bundle(bytes, width)) {
        require(entries->size() == width);
        std::string again;
        for (const std::string_view entry : *entries) {
            ledger::append_to_bundle(again, entry);
            static_cast<void>(ledger::parse_entry(entry));
        }
        require(again == bytes);
    } else {
        require(entries.error().code() == "bad_bundle");
    }
    if (const auto hashes = ledger::decode_hash_tile(bytes, width))
        require(ledger::encode_hash_tile(*hashes) == bytes);
    return 0;
}
