#include "apps/suanpan-audit/log_verifier.hpp"

#include "apps/suanpan-audit/text.hpp"
#include "base/time.hpp"
#include "ledger/tile.hpp"
#include "ledger/tree.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace suanpan::audit {
namespace {

using ledger::kTileHeight;
using ledger::kTileWidth;
using ledger::TileId;
using ledger::TileKind;

constexpr std::string_view kAgrees = ", which agrees with the signed checkpoint";

class LogVerifier {
 public:
    LogVerifier(LogSource& source, const ledger::Checkpoint& checkpoint,
                const VerifyOptions& options)
        : source_(source),
          checkpoint_(checkpoint),
          options_(options),
          builder_([](const TileId&, std::string_view) {},
                   [this](unsigned level, std::uint64_t index, const Hash& hash) {
                       if (!fault_) compare(level, index, hash);
                   }) {}

    Audited<VerifySummary> run() {
        for (std::uint64_t n = 0; builder_.size() < checkpoint_.size && !fault_; ++n) {
            read_bundle(n);
            if (options_.progress) options_.progress(builder_.size(), checkpoint_.size);
        }
        if (!fault_ && builder_.root() != checkpoint_.root) {
            fault_ = Fault{"root_mismatch",
                           "all entries and tiles agree with each other, but they give another "
                           "root than the signed checkpoint: all were altered together, or they "
                           "are of another log",
                           {},
                           "checkpoint"};
        }
        if (fault_) return found(std::move(*fault_));
        summary_.entries = builder_.size();
        return std::move(summary_);
    }

 private:
    struct Kept {
        TileId id;
        std::vector<Hash> hashes;
    };

    void read_bundle(std::uint64_t n) {
        const TileId id = tile(TileKind::kEntries, 0, n);
        const std::uint64_t first = n * kTileWidth;
        const auto bytes = source_.read_tile(id);
        if (!bytes) {
            const bool missing = bytes.error().code() == "not_found";
            fault_ = Fault{missing ? "missing_bundle" : "bad_bundle", bytes.error().detail(), first,
                           tile_path(id)};
            return;
        }
        ++summary_.bundles;
        std::string_view rest = *bytes;
        for (unsigned i = 0; i < id.width && !fault_; ++i) {
            const auto entry = ledger::take_bundle_entry(rest);
            if (!entry) {
                fault_ =
                    Fault{"bad_bundle",
                          "the bundle ends before or inside entry " + grouped(first + i) +
                              ", the " + ordinal(i + 1) + " of its " + std::to_string(id.width),
                          first + i, tile_path(id)};
                return;
            }
            check_entry(*entry);
        }
        if (!fault_ && !rest.empty()) {
            fault_ = Fault{"bad_bundle",
                           grouped(rest.size()) + " bytes follow the last entry of the bundle",
                           first + id.width - 1, tile_path(id)};
        }
    }

    void check_entry(std::string_view bytes) {
        const std::uint64_t index = builder_.size();
        builder_.append(bytes);
        if (fault_) return;
        Json body;
        const auto header = ledger::parse_entry(bytes, &body);
        if (!header) return refuse(index, header.error());
        if (summary_.last_time && header->time < *summary_.last_time) {
            return refuse(index,
                          Error("time_goes_back", "the entry is of " + to_string(header->time) +
                                                      ", the one before it of " +
                                                      to_string(*summary_.last_time)));
        }
        const EntryView view{index, bytes, *header, body};
        for (const EntryHook& hook : options_.hooks) {
            if (!hook.kind.empty() && hook.kind != header->kind) continue;
            if (const auto ok = hook.check(view); !ok) return refuse(index, ok.error());
        }
        count(view);
    }

    void refuse(std::uint64_t index, const Error& error) {
        fault_ = Fault{error.code(), error.detail(), index,
                       tile_path(tile(TileKind::kEntries, 0, index / kTileWidth))};
    }

    void count(const EntryView& entry) {
        if (!summary_.first_time) summary_.first_time = entry.header.time;
        summary_.last_time = entry.header.time;
        summary_.entry_bytes += entry.bytes.size();
        ++summary_.kinds[entry.header.kind];
        const auto auth = entry.body.find("auth");
        if (auth != entry.body.end() && auth->is_string())
            ++summary_.auth[auth->get<std::string>()];
    }

    // A hash that follows from the entries, against the one that the log serves in its place.
    void compare(unsigned level, std::uint64_t index, const Hash& derived) {
        const Kept* kept = stored(level, index / kTileWidth);
        if (kept == nullptr) return;
        const Hash served = kept->hashes[index % kTileWidth];
        if (served == derived) return;
        const bool derived_leads = leads_to_root(level, index, derived);
        const bool served_leads = leads_to_root(level, index, served);
        if (!fault_) fault_ = explain(level, index, derived_leads, served_leads);
    }

    [[nodiscard]] Fault explain(unsigned level, std::uint64_t index, bool derived_leads,
                                bool served_leads) const {
        const std::string tile_name = tile_path(tile(TileKind::kHashes, level, index / kTileWidth));
        const std::uint64_t span = std::uint64_t{1} << (level * kTileHeight);
        const std::uint64_t first = index * span;
        const std::uint64_t last = first + span - 1;
        const std::string entries = level == 0
                                        ? "entry " + grouped(first)
                                        : "the entries " + grouped(first) + " to " + grouped(last);
        if (derived_leads) {
            return Fault{"tile_altered",
                         "the " + ordinal(index % kTileWidth + 1) +
                             " hash of the tile was altered: "
                             "it is not the hash of " +
                             entries + std::string(kAgrees),
                         first, tile_name};
        }
        if (served_leads && level == 0) {
            return Fault{"entry_altered",
                         "the entry was altered: its bytes do not have the hash that " + tile_name +
                             " has for it" + std::string(kAgrees),
                         first, tile_path(tile(TileKind::kEntries, 0, first / kTileWidth))};
        }
        if (served_leads) {
            const std::string below = tile_path(tile(TileKind::kHashes, level - 1, index));
            return Fault{"entries_altered",
                         "something among " + entries +
                             " was altered together with its hashes "
                             "up to " +
                             below + ": they do not give the hash that " + tile_name +
                             " has for them" + std::string(kAgrees),
                         first, below};
        }
        return Fault{"entries_and_tiles_altered",
                     entries + " and " + tile_name +
                         " disagree, and neither agrees with the signed checkpoint: more than "
                         "one file was altered, or they are of another log",
                     first, tile_name};
    }

    // Whether the tree has the signed root when the hash at this place is `hash`, all others of
    // its tile and of the tiles above and at the log's edge being as they are served.
    bool leads_to_root(unsigned level, std::uint64_t index, Hash hash) {
        unsigned at = level;
        while (tile(TileKind::kHashes, at, index / kTileWidth).is_full()) {
            const Kept* kept = stored(at, index / kTileWidth);
            if (kept == nullptr) return false;
            std::vector<Hash> hashes = kept->hashes;
            hashes[index % kTileWidth] = hash;
            hash = ledger::root_of(hashes);
            index /= kTileWidth;
            ++at;
        }
        ledger::Frontier frontier;
        unsigned top = 0;
        while (ledger::hashes_at_level(top + 1, checkpoint_.size) > 0)
            ++top;
        for (unsigned edge = top + 1; edge-- > 0;) {
            const std::uint64_t count = ledger::hashes_at_level(edge, checkpoint_.size);
            if (count % kTileWidth == 0) continue;
            const Kept* kept = stored(edge, count / kTileWidth);
            if (kept == nullptr) return false;
            std::vector<Hash> hashes = kept->hashes;
            if (edge == at) hashes[index % kTileWidth] = hash;
            for (const Hash& node : hashes)
                frontier.append_subtree(edge * kTileHeight, node);
        }
        return frontier.root() == checkpoint_.root;
    }

    // The served tile, kept until another of its level is asked for; sets the fault when it is
    // missing or malformed. The pointer holds until the next call.
    const Kept* stored(unsigned level, std::uint64_t n) {
        const TileId id = tile(TileKind::kHashes, level, n);
        if (kept_.size() <= level) kept_.resize(level + 1);
        Kept& kept = kept_[level];
        if (!kept.hashes.empty() && kept.id == id) return &kept;
        const std::uint64_t first = (n * kTileWidth) << (level * kTileHeight);
        const auto bytes = source_.read_tile(id);
        if (!bytes) {
            const bool missing = bytes.error().code() == "not_found";
            if (!fault_)
                fault_ = Fault{missing ? "missing_tile" : "bad_tile", bytes.error().detail(), first,
                               tile_path(id)};
            return nullptr;
        }
        auto hashes = ledger::decode_hash_tile(*bytes, id.width);
        if (!hashes) {
            if (!fault_) fault_ = Fault{"bad_tile", hashes.error().detail(), first, tile_path(id)};
            return nullptr;
        }
        ++summary_.hash_tiles;
        kept = Kept{id, std::move(*hashes)};
        return &kept;
    }

    // REQUIRES that the log has it.
    [[nodiscard]] TileId tile(TileKind kind, unsigned level, std::uint64_t n) const {
        return ledger::tile_at(kind, level, n, checkpoint_.size).value();
    }

    LogSource& source_;
    const ledger::Checkpoint& checkpoint_;
    const VerifyOptions& options_;
    ledger::TileBuilder builder_;
    std::vector<Kept> kept_;
    std::optional<Fault> fault_;
    VerifySummary summary_;
};

}  // namespace

Audited<VerifySummary> verify_log(LogSource& source, const ledger::Checkpoint& checkpoint,
                                  const VerifyOptions& options) {
    return LogVerifier(source, checkpoint, options).run();
}

}  // namespace suanpan::audit
