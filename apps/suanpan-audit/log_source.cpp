#include "apps/suanpan-audit/log_source.hpp"

#include "apps/suanpan-audit/fault.hpp"
#include "ledger/checkpoint.hpp"

#include <fstream>
#include <optional>
#include <utility>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

// Empty when it is larger.
std::optional<std::string> read_bounded(const fs::path& path, std::size_t max_bytes) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw AuditError("cannot read " + path.string());
    std::string out(max_bytes + 1, '\0');
    in.read(out.data(), static_cast<std::streamsize>(out.size()));
    if (in.bad()) throw AuditError("cannot read " + path.string());
    out.resize(static_cast<std::size_t>(in.gcount()));
    if (out.size() > max_bytes) return std::nullopt;
    return out;
}

}  // namespace

Result<std::string> LogSource::read_tile(const ledger::TileId& tile) {
    const std::size_t max_bytes = tile.kind == ledger::TileKind::kEntries
                                      ? ledger::kMaxBundleBytes
                                      : ledger::kMaxHashTileBytes;
    auto bytes = read(ledger::tile_path(tile), max_bytes);
    if (bytes || tile.is_full() || bytes.error().code() != "not_found") return bytes;
    const auto whole = read(ledger::tile_path(tile.full()), max_bytes);
    if (!whole) return bytes;
    return ledger::cut_tile(tile, *whole);
}

Result<std::string> LogSource::read_checkpoint() {
    return read("checkpoint", ledger::kMaxCheckpointBytes);
}

DirectorySource::DirectorySource(fs::path directory) : directory_(std::move(directory)) {
    if (!fs::is_directory(directory_))
        throw AuditError(directory_.string() + " is not a directory");
}

Result<std::string> DirectorySource::read(std::string_view path, std::size_t max_bytes) {
    const fs::path file = directory_ / path;
    if (!fs::is_regular_file(file))
        return fail("not_found", std::string(path) + " is missing in " + name());
    auto bytes = read_bounded(file, max_bytes);
    if (!bytes) {
        return fail("too_large",
                    std::string(path) + " has more than " + std::to_string(max_bytes) + " bytes");
    }
    return std::move(*bytes);
}

std::string read_local_file(const fs::path& path, std::size_t max_bytes) {
    if (!fs::is_regular_file(path)) throw AuditError("there is no file " + path.string());
    auto bytes = read_bounded(path, max_bytes);
    if (!bytes) {
        throw AuditError(path.string() + " has more than " + std::to_string(max_bytes) +
                         " bytes: not what is wanted here");
    }
    return std::move(*bytes);
}

}  // namespace suanpan::audit
