#include "ledger/tile.hpp"

#include "base/check.hpp"
#include "ledger/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace suanpan::ledger {
namespace {

constexpr std::string_view kPrefix = "tile/";
constexpr std::string_view kEntries = "entries";
constexpr std::size_t kMaxPathBytes = 64;

tl::unexpected<Error> bad_path(std::string_view path) {
    return fail("bad_tile_path", "\"" + printable(path) + "\" is not the path of a tile");
}

std::optional<std::string_view> take_segment(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    return segment;
}

bool three_digits(std::string_view text) {
    return text.size() == 3 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// ⌊size / 256^level⌋ without shifting by the width of the type or more.
std::uint64_t shifted(std::uint64_t size, unsigned level) {
    return level * kTileHeight >= 64 ? 0 : size >> (level * kTileHeight);
}

void add_tiles(std::vector<TileId>& out, TileKind kind, unsigned level, std::uint64_t old_size,
               std::uint64_t size) {
    const std::uint64_t old_count = shifted(old_size, level);
    const std::uint64_t count = shifted(size, level);
    if (count == old_count) return;
    for (std::uint64_t index = old_count / kTileWidth; index < count / kTileWidth; ++index) {
        out.push_back({kind, level, index, kTileWidth});
    }
    const auto width = static_cast<unsigned>(count % kTileWidth);
    if (width != 0) out.push_back({kind, level, count / kTileWidth, width});
}

}  // namespace

std::string tile_path(const TileId& tile) {
    CHECK(tile.level <= kMaxTileLevel && tile.width >= 1 && tile.width <= kTileWidth);
    std::string number = std::to_string(tile.index);
    number.insert(0, (3 - number.size() % 3) % 3, '0');
    std::string out(kPrefix);
    out += tile.kind == TileKind::kEntries ? std::string(kEntries) : std::to_string(tile.level);
    for (std::size_t at = 0; at < number.size(); at += 3) {
        out += at + 3 < number.size() ? "/x" : "/";
        out += number.substr(at, 3);
    }
    if (!tile.is_full()) out += ".p/" + std::to_string(tile.width);
    return out;
}

Result<TileId> parse_tile_path(std::string_view path) {
    if (path.size() > kMaxPathBytes || !path.starts_with(kPrefix)) return bad_path(path);
    std::string_view rest = path.substr(kPrefix.size());
    TileId tile;
    const auto level = take_segment(rest);
    if (!level) return bad_path(path);
    if (*level == kEntries) {
        tile.kind = TileKind::kEntries;
    } else {
        const auto number = parse_count(*level);
        if (!number || *number > kMaxTileLevel) return bad_path(path);
        tile.level = static_cast<unsigned>(*number);
    }
    if (const std::size_t at = rest.find(".p/"); at != std::string_view::npos) {
        const auto width = parse_count(rest.substr(at + 3));
        if (!width || *width < 1 || *width >= kTileWidth) return bad_path(path);
        tile.width = static_cast<unsigned>(*width);
        rest = rest.substr(0, at);
    }
    std::string digits;
    while (rest.starts_with('x')) {
        const auto group = take_segment(rest);
        if (!group || !three_digits(group->substr(1))) return bad_path(path);
        digits += group->substr(1);
    }
    if (!three_digits(rest)) return bad_path(path);
    digits += rest;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, tile.index);
    if (error != std::errc() || stop != end || tile.index > kMaxTreeSize) return bad_path(path);
    // One tile has one path: this refuses a leading group of zeros and whatever else slipped
    // through.
    if (tile_path(tile) != path) return bad_path(path);
    return tile;
}

std::uint64_t hashes_at_level(unsigned level, std::uint64_t size) {
    return shifted(size, level);
}

std::vector<TileId> tiles_between(std::uint64_t old_size, std::uint64_t size) {
    CHECK(old_size <= size && size <= kMaxTreeSize);
    std::vector<TileId> out;
    add_tiles(out, TileKind::kEntries, 0, old_size, size);
    for (unsigned level = 0; shifted(size, level) > 0; ++level) {
        add_tiles(out, TileKind::kHashes, level, old_size, size);
    }
    return out;
}

Result<TileId> tile_at(TileKind kind, unsigned level, std::uint64_t index, std::uint64_t size) {
    const std::uint64_t count = shifted(size, level);
    if (index < count / kTileWidth) return TileId{kind, level, index, kTileWidth};
    const auto width = static_cast<unsigned>(count % kTileWidth);
    if (index == count / kTileWidth && width != 0) return TileId{kind, level, index, width};
    return fail("no_such_tile", "a log of " + std::to_string(size) + " entries has no tile " +
                                    std::to_string(index) + " at level " + std::to_string(level));
}

std::string encode_hash_tile(std::span<const Hash> hashes) {
    std::string out;
    out.reserve(hashes.size() * Hash{}.size());
    for (const Hash& hash : hashes)
        out += as_chars(hash);
    return out;
}

Result<std::vector<Hash>> decode_hash_tile(std::string_view bytes, unsigned width) {
    constexpr std::size_t kHashBytes = Hash{}.size();
    if (bytes.size() != width * kHashBytes) {
        return fail("bad_tile", "the tile has " + std::to_string(bytes.size()) +
                                    " bytes, needed are " + std::to_string(width * kHashBytes));
    }
    std::vector<Hash> hashes(width);
    for (std::size_t i = 0; i < width; ++i) {
        std::ranges::copy(bytes.substr(i * kHashBytes, kHashBytes), hashes[i].begin());
    }
    return hashes;
}

void append_to_bundle(std::string& bundle, std::string_view entry) {
    CHECK(entry.size() <= kMaxEntryBytes);
    bundle.push_back(static_cast<char>(entry.size() >> 8));
    bundle.push_back(static_cast<char>(entry.size() & 0xFF));
    bundle += entry;
}

std::optional<std::string_view> take_bundle_entry(std::string_view& rest) {
    if (rest.size() < 2) return std::nullopt;
    const std::size_t length =
        std::size_t{static_cast<std::uint8_t>(rest[0])} << 8 | static_cast<std::uint8_t>(rest[1]);
    if (rest.size() - 2 < length) return std::nullopt;
    const std::string_view entry = rest.substr(2, length);
    rest.remove_prefix(2 + length);
    return entry;
}

Result<std::vector<std::string_view>> decode_bundle(std::string_view bytes, unsigned width) {
    std::vector<std::string_view> entries;
    entries.reserve(width);
    while (entries.size() < width) {
        const auto entry = take_bundle_entry(bytes);
        if (!entry) {
            return fail("bad_bundle", "the bundle ends before or inside entry " +
                                          std::to_string(entries.size()) + " of " +
                                          std::to_string(width));
        }
        entries.push_back(*entry);
    }
    if (!bytes.empty()) {
        return fail("bad_bundle", std::to_string(bytes.size()) + " bytes follow the last of " +
                                      std::to_string(width) + " entries");
    }
    return entries;
}

Result<std::string> cut_tile(const TileId& tile, std::string_view full_bytes) {
    if (tile.kind == TileKind::kHashes) {
        const auto hashes = decode_hash_tile(full_bytes, kTileWidth);
        if (!hashes) return fail(hashes.error());
        return std::string(full_bytes.substr(0, tile.width * Hash{}.size()));
    }
    const auto entries = decode_bundle(full_bytes, kTileWidth);
    if (!entries) return fail(entries.error());
    std::string out;
    for (std::size_t i = 0; i < tile.width; ++i)
        append_to_bundle(out, (*entries)[i]);
    return out;
}

Result<const TileHashReader::Kept*> TileHashReader::tile(unsigned level, std::uint64_t index) {
    const auto id = tile_at(TileKind::kHashes, level, index, size_);
    if (!id) return fail(id.error());
    auto kept = std::ranges::find_if(kept_, [level](const Kept& k) { return k.id.level == level; });
    if (kept != kept_.end() && kept->id == *id) return &*kept;
    const auto bytes = fetch_(*id);
    if (!bytes) return fail(bytes.error());
    auto hashes = decode_hash_tile(*bytes, id->width);
    if (!hashes) {
        return fail(hashes.error().code(), tile_path(*id) + ": " + hashes.error().detail());
    }
    if (kept == kept_.end()) kept = kept_.emplace(kept_.end());
    *kept = Kept{*id, std::move(*hashes)};
    return &*kept;
}

Result<Hash> TileHashReader::operator()(NodeId node) {
    // A subtree of height 8·l + h is the root of 2^h neighbours in one tile of level l.
    const unsigned level = node.height / kTileHeight;
    const unsigned height = node.height % kTileHeight;
    const std::uint64_t first = node.index << height;
    const auto found = tile(level, first / kTileWidth);
    if (!found) return fail(found.error());
    const std::span<const Hash> hashes = (*found)->hashes;
    const std::size_t begin = first % kTileWidth;
    const std::size_t count = std::size_t{1} << height;
    if (begin + count > hashes.size())
        return fail("no_such_tile", "the subtree reaches beyond the log");
    return root_of(hashes.subspan(begin, count));
}

Result<void> TileBuilder::resume(std::uint64_t size, std::span<const std::string> tail,
                                 const TileHashReader::Fetch& fetch) {
    std::vector<std::vector<Hash>> levels;
    for (unsigned level = 0; shifted(size, level) > 0; ++level) {
        levels.emplace_back();
        const std::uint64_t count = shifted(size, level);
        if (count % kTileWidth == 0) continue;
        const auto id = tile_at(TileKind::kHashes, level, count / kTileWidth, size);
        CHECK(id);
        const auto bytes = fetch(*id);
        if (!bytes) return fail(bytes.error());
        auto hashes = decode_hash_tile(*bytes, id->width);
        if (!hashes) return fail(hashes.error());
        levels.back() = std::move(*hashes);
    }
    std::string bundle;
    std::vector<Hash> leaves;
    for (const std::string& entry : tail) {
        append_to_bundle(bundle, entry);
        leaves.push_back(leaf_hash(entry));
    }
    if (levels.empty() ? !leaves.empty() : leaves != levels.front()) {
        return fail("wrong_tail", "the last entries are not those of the last level-0 tile");
    }
    levels_ = std::move(levels);
    bundle_ = std::move(bundle);
    size_ = size;
    return {};
}

void TileBuilder::append(std::string_view entry) {
    CHECK(size_ < kMaxTreeSize);
    append_to_bundle(bundle_, entry);
    const std::uint64_t index = size_++;
    if (size_ % kTileWidth == 0) {
        sink_(TileId{TileKind::kEntries, 0, index / kTileWidth, kTileWidth}, bundle_);
        bundle_.clear();
    }
    add(0, leaf_hash(entry));
}

void TileBuilder::add(unsigned level, const Hash& hash) {
    if (levels_.size() <= level) levels_.emplace_back();
    std::vector<Hash>& open = levels_[level];
    open.push_back(hash);
    const std::uint64_t index = shifted(size_, level) - 1;
    if (watch_) watch_(level, index, hash);
    if (open.size() < kTileWidth) return;
    const Hash root = root_of(open);
    sink_(TileId{TileKind::kHashes, level, index / kTileWidth, kTileWidth}, encode_hash_tile(open));
    open.clear();
    add(level + 1, root);  // `open` may move: not used after this
}

void TileBuilder::flush() {
    const auto width = static_cast<unsigned>(size_ % kTileWidth);
    if (width != 0) {
        sink_(TileId{TileKind::kEntries, 0, size_ / kTileWidth, width}, bundle_);
    }
    for (unsigned level = 0; level < levels_.size(); ++level) {
        const std::vector<Hash>& open = levels_[level];
        if (open.empty()) continue;
        sink_(TileId{TileKind::kHashes, level, shifted(size_, level) / kTileWidth,
                     static_cast<unsigned>(open.size())},
              encode_hash_tile(open));
    }
}

Hash TileBuilder::root() const {
    Frontier frontier;
    for (std::size_t level = levels_.size(); level-- > 0;) {
        for (const Hash& hash : levels_[level]) {
            frontier.append_subtree(static_cast<unsigned>(level) * kTileHeight, hash);
        }
    }
    return frontier.root();
}

}  // namespace suanpan::ledger
