#include "bench/ledger/published_log.hpp"

#include "base/crypto.hpp"
#include "bench/ledger/market_day.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/tile.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace suanpan::bench {
namespace {

constexpr std::string_view kOrigin = "bench.example/log";
constexpr std::uint64_t kAtOnce = 10'000;

void write_file(const std::filesystem::path& path, std::string_view bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    out << bytes;
    out.close();
    if (!out) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

PublishedLog make_log(const std::filesystem::path& folder, std::uint64_t size) {
    ledger::TileBuilder builder([&folder](const ledger::TileId& tile, std::string_view bytes) {
        write_file(folder / ledger::tile_path(tile), bytes);
    });
    MarketDay day;
    while (builder.size() < size) {
        for (const db::EntryRow& entry : day.next(std::min(kAtOnce, size - builder.size())))
            builder.append(entry.bytes);
    }
    builder.flush();
    const SigningKey key(Seed{5});
    const ledger::Checkpoint checkpoint{std::string(kOrigin), size, builder.root(), ""};
    write_file(folder / "checkpoint", ledger::sign_checkpoint(checkpoint, key));
    const auto verifier =
        ledger::make_verifier_key(kOrigin, ledger::KeyType::kEd25519, key.public_key());
    return {folder, size, checkpoint.root, ledger::to_string(verifier)};
}

}  // namespace suanpan::bench
