#pragma once

// The folder of all spools of this machine: one process at a time, and not more than so many bytes.

#include "apps/suanpan-meter/chain_spool.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace suanpan::meter {

class SpoolFolder {
 public:
    // Makes the folder and takes its lock. Throws std::runtime_error, saying what to do.
    SpoolFolder(std::filesystem::path folder, std::uint64_t max_bytes);
    ~SpoolFolder();
    SpoolFolder(const SpoolFolder&) = delete;
    SpoolFolder& operator=(const SpoolFolder&) = delete;

    // The same object for the same chain.
    ChainSpool& open(const ChainId& id);
    // Those of a meter that are there already.
    void open_all(const MeterId& meter, settlement::MeterRole role);
    [[nodiscard]] const std::vector<std::unique_ptr<ChainSpool>>& chains() const { return chains_; }

    // Whether one more record may be written; drops answered readings where that helps.
    bool has_room();
    [[nodiscard]] std::uint64_t bytes() const;

 private:
    std::filesystem::path folder_;
    std::uint64_t max_bytes_;
    int lock_ = -1;
    std::vector<std::unique_ptr<ChainSpool>> chains_;
    std::uint64_t compacted_at_ = 0;
};

}  // namespace suanpan::meter
