#pragma once

// What the files in the server's data folder say of the log, for the commands that repair it.

#include "base/result.hpp"
#include "ledger/checkpoint.hpp"
#include "services/publishing/tile_store.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace suanpan::services {

/// How far a long piece of work is.
using Progress = std::function<void(std::uint64_t done, std::uint64_t of)>;

/// Where a server keeps its log.
struct LogFiles {
    std::filesystem::path data;  // the server's data folder

    [[nodiscard]] std::filesystem::path tiles() const { return data / "tiles"; }
    [[nodiscard]] std::filesystem::path key() const { return data / "log.key"; }
    /// There while the log changes its key.
    [[nodiscard]] std::filesystem::path former_key() const { return data / "log.key.former"; }
    /// There while a change of key is being made.
    [[nodiscard]] std::filesystem::path next_key() const { return data / "log.key.next"; }
    [[nodiscard]] std::filesystem::path operator_key() const { return data / "operator.key"; }
    [[nodiscard]] std::filesystem::path last_signed() const { return data / "last-signed"; }
};

/// The largest checkpoint that the files hold, by one of `keys`: the published one or the last
/// signed one, whose tiles were durable before. Errors: `not_published`, `bad_checkpoint_record`.
Result<ledger::SignedCheckpoint> find_last_checkpoint(const LogFiles& files,
                                                      std::span<const ledger::VerifierKey> keys);

/// The entries of one published bundle. Errors: `no_such_tile`, `bad_bundle`.
Result<std::vector<std::string>> read_bundle(const TileStore& tiles, std::uint64_t number,
                                             std::uint64_t log_size);
/// The leaf hashes that belong to it. Errors: `no_such_tile`, `bad_tile`.
Result<std::vector<Hash>> read_leaves(const TileStore& tiles, std::uint64_t number,
                                      std::uint64_t log_size);

}  // namespace suanpan::services
