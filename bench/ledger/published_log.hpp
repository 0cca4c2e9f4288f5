#pragma once

// A log as it is published: tiles, bundles and a signed checkpoint in a folder.

#include "base/bytes.hpp"
#include "ledger/note.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace suanpan::bench {

struct PublishedLog {
    std::filesystem::path folder;
    std::uint64_t size = 0;
    Hash root{};
    std::string verifier_key;  // in its text form
};

// Writes a log of `size` entries of a MarketDay into `folder`, without fsync.
PublishedLog make_log(const std::filesystem::path& folder, std::uint64_t size);

}  // namespace suanpan::bench
