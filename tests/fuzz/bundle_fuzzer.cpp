// Any bytes as an entry bundle and as a hash tile. First byte: the width. What is accepted prints
// back to exactly these bytes, and so does the part of it that a narrower tile holds.

#include "ledger/tile.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

namespace ledger = suanpan::ledger;

void require(bool holds) {
    if (!holds) std::abort();
}

void fuzz_bundle(std::string_view bytes, unsigned width) {
    const auto entries = ledger::decode_bundle(bytes, width);
    if (!entries) {
        require(entries.error().code() == "bad_bundle");
        return;
    }
    require(entries->size() == width);
    std::string again;
    std::string_view rest = bytes;
    for (const std::string_view entry : *entries) {
        require(ledger::take_bundle_entry(rest) == entry);
        ledger::append_to_bundle(again, entry);
    }
    require(again == bytes && rest.empty());
}

void fuzz_cut(std::string_view bytes, unsigned width) {
    for (const auto kind : {ledger::TileKind::kHashes, ledger::TileKind::kEntries}) {
        const auto part = ledger::cut_tile({kind, 0, 0, width}, bytes);
        if (part) require(bytes.starts_with(*part));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const unsigned width = data[0] + 1U;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    fuzz_bundle(bytes, width);
    fuzz_cut(bytes, width);
    if (const auto hashes = ledger::decode_hash_tile(bytes, width))
        require(ledger::encode_hash_tile(*hashes) == bytes);
    // The first entry, whatever follows.
    std::string_view rest = bytes;
    const auto first = ledger::take_bundle_entry(rest);
    require(first ? rest.size() + first->size() + 2 == bytes.size() : rest == bytes);
    return 0;
}
