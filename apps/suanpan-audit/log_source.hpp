#pragma once

// Where the log's files come from: a directory or a URL.

#include "base/result.hpp"
#include "ledger/tile.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace suanpan::audit {

/// Not thread-safe: a further thread asks for another(). What is not to be had is `not_found`; a
/// source out of reach is an AuditError.
class LogSource {
 public:
    virtual ~LogSource() = default;

    /// `path` is relative to the log's prefix: "checkpoint", "tile/0/000". A larger file than
    /// `max_bytes` is `too_large`.
    virtual Result<std::string> read(std::string_view path, std::size_t max_bytes) = 0;
    /// One more over the same files, for another thread.
    [[nodiscard]] virtual std::unique_ptr<LogSource> another() const = 0;
    /// How many may usefully be read at a time: more than one for what is far away.
    [[nodiscard]] virtual unsigned useful_readers() const = 0;
    /// For messages: the directory or the URL.
    [[nodiscard]] virtual std::string name() const = 0;

    /// A partial tile that was removed is cut from the full one.
    Result<std::string> read_tile(const ledger::TileId& tile);
    Result<std::string> read_checkpoint();
};

class DirectorySource final : public LogSource {
 public:
    explicit DirectorySource(std::filesystem::path directory);

    Result<std::string> read(std::string_view path, std::size_t max_bytes) override;
    [[nodiscard]] std::unique_ptr<LogSource> another() const override;
    [[nodiscard]] unsigned useful_readers() const override { return 1; }
    [[nodiscard]] std::string name() const override { return directory_.string(); }

 private:
    std::filesystem::path directory_;
};

/// `url`: http://host:port/prefix. `token`, when not empty, is sent as a bearer token: entry
/// bundles need the auditor scope.
std::unique_ptr<LogSource> make_url_source(const std::string& url, std::string token);

/// A whole local file. Throws AuditError when it can't be read or is larger.
std::string read_local_file(const std::filesystem::path& path, std::size_t max_bytes);

}  // namespace suanpan::audit
