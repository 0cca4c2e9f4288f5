#pragma once

// A log in a temporary folder, made from chosen entries, that a test may then damage.

#include "apps/suanpan-audit/log_source.hpp"
#include "apps/suanpan-audit/log_verifier.hpp"
#include "base/crypto.hpp"
#include "base/time.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/tile.hpp"
#include "support/temp_dir.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::audit {

inline constexpr std::int64_t kStart = 1'795'161'600;  // 2026-11-20T08:00:00Z

inline std::string test_entry(std::uint64_t i, std::string_view kind = "tick",
                              std::int64_t time = -1) {
    std::string salt = std::to_string(i);
    salt.insert(0, 32 - salt.size(), '0');
    const Time at(time < 0 ? kStart + static_cast<std::int64_t>(i / 3) : time);
    return R"({"kind":")" + std::string(kind) + R"(","salt":")" + salt + R"(","time":")" +
           to_string(at) + R"(","v":1})";
}

inline std::vector<std::string> test_entries(std::uint64_t count) {
    std::vector<std::string> out;
    for (std::uint64_t i = 0; i < count; ++i)
        out.push_back(test_entry(i, i % 5 == 0 ? "order" : "tick"));
    return out;
}

class TestLog {
 public:
    explicit TestLog(std::vector<std::string> entries) : entries_(std::move(entries)) {
        write_tiles(entries_);
        checkpoint_ = sign(entries_);
        write("checkpoint", checkpoint_.note);
    }
    explicit TestLog(std::uint64_t count) : TestLog(test_entries(count)) {}

    // All files of a log of these entries, over what is there.
    void write_tiles(const std::vector<std::string>& entries) {
        ledger::TileBuilder builder([this](const ledger::TileId& tile, std::string_view bytes) {
            write(ledger::tile_path(tile), bytes);
        });
        for (const std::string& entry : entries)
            builder.append(entry);
        builder.flush();
    }

    [[nodiscard]] ledger::SignedCheckpoint sign(const std::vector<std::string>& entries) const {
        ledger::Frontier frontier;
        for (const std::string& entry : entries)
            frontier.append(ledger::leaf_hash(entry));
        ledger::SignedCheckpoint out;
        out.checkpoint =
            ledger::Checkpoint{"market.example/log", entries.size(), frontier.root(), ""};
        out.note = ledger::sign_checkpoint(out.checkpoint, key_);
        return out;
    }

    void write(const std::string& name, std::string_view bytes) const {
        const auto path = directory() / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << bytes;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ostringstream out;
        out << std::ifstream(directory() / name, std::ios::binary).rdbuf();
        return out.str();
    }
    void flip(const std::string& name, std::size_t byte, unsigned bit = 0) const {
        std::string bytes = read(name);
        bytes.at(byte) = static_cast<char>(bytes.at(byte) ^ (1 << bit));
        write(name, bytes);
    }
    void remove(const std::string& name) const { std::filesystem::remove(directory() / name); }

    // The place of entry i's first byte in its bundle.
    [[nodiscard]] std::size_t offset_in_bundle(std::uint64_t i) const {
        std::size_t at = 2;
        for (std::uint64_t j = i - i % 256; j < i; ++j)
            at += 2 + entries_[j].size();
        return at;
    }

    // "ok", or "<code> <index> <place>" of the fault.
    [[nodiscard]] std::string verify(const VerifyOptions& options = {}) const {
        DirectorySource source(directory());
        const auto result = verify_log(source, checkpoint_.checkpoint, options);
        if (result) return "ok";
        const Fault& fault = result.error();
        return fault.code + " " + (fault.index ? std::to_string(*fault.index) : "-") + " " +
               fault.place;
    }

    [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "log"; }
    [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
    [[nodiscard]] const SigningKey& key() const { return key_; }
    [[nodiscard]] ledger::VerifierKey verifier() const {
        return ledger::make_verifier_key("market.example/log", ledger::KeyType::kEd25519,
                                         key_.public_key());
    }
    [[nodiscard]] const ledger::SignedCheckpoint& checkpoint() const { return checkpoint_; }
    [[nodiscard]] const std::vector<std::string>& entries() const { return entries_; }

 private:
    static SigningKey make_key() {
        Seed seed{};
        seed.fill(8);
        return SigningKey(seed);
    }

    support::TempDir folder_;
    SigningKey key_ = make_key();
    std::vector<std::string> entries_;
    ledger::SignedCheckpoint checkpoint_;
};

}  // namespace suanpan::audit
