#include "apps/suanpan-audit/bundle_check.hpp"

#include "apps/suanpan-audit/text.hpp"
#include "base/time.hpp"
#include "core/commands.hpp"
#include "ledger/entry.hpp"
#include "ledger/succession.hpp"
#include "ledger/tree.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace suanpan::audit {
namespace {

using ledger::TileId;
using ledger::TileKind;

// What every entry must be, beyond its header.
Result<void> check_form(const ledger::EntryHeader& header, std::string_view bytes) {
    if (ledger::is_log_statement(bytes) && header.kind != "key") {
        return fail("bad_entry", "the entry says it is about the log, and is of kind " +
                                     header.kind + ": the log's statements are of kind key");
    }
    // One that claims to be known otherwise would be believed for nothing. Of its author's
    // signature the hooks say whether it holds one (signed_writes.hpp).
    if (!header.auth.empty() && !core::parse_auth(header.auth)) {
        return fail("unverifiable_author", "the entry says its author is known by \"" +
                                               printable(header.auth) +
                                               "\", which nothing in it proves");
    }
    return {};
}

class BundleCheck {
 public:
    BundleCheck(LogSource& source, std::uint64_t n, const BundlePlan& plan)
        : source_(source),
          plan_(plan),
          bundle_(ledger::tile_at(TileKind::kEntries, 0, n, plan.log_size).value()),
          tile_(ledger::tile_at(TileKind::kHashes, 0, n, plan.log_size).value()) {
        out_.first = n * ledger::kTileWidth;
        out_.width = bundle_.width;
    }

    CheckedBundle run() {
        auto bytes = source_.read_tile(bundle_);
        if (!bytes) {
            out_.fault = unreadable(bundle_, out_.first, bytes.error());
            return std::move(out_);
        }
        out_.bytes = std::move(*bytes);
        out_.counts.bundles = 1;
        const std::vector<std::string_view> entries = split();
        hash(entries);
        compare();
        if (!plan_.tree_only) read(entries);
        return std::move(out_);
    }

 private:
    std::vector<std::string_view> split() {
        std::vector<std::string_view> entries;
        entries.reserve(bundle_.width);
        std::string_view rest = out_.bytes;
        while (entries.size() < bundle_.width) {
            const auto entry = ledger::take_bundle_entry(rest);
            if (!entry) {
                const std::uint64_t index = out_.first + entries.size();
                out_.fault = Fault{"bad_bundle",
                                   "the bundle ends before or inside entry " + grouped(index) +
                                       ", the " + ordinal(entries.size() + 1) + " of its " +
                                       std::to_string(bundle_.width),
                                   index, tile_path(bundle_)};
                return entries;
            }
            entries.push_back(*entry);
        }
        if (!rest.empty()) {
            out_.fault = Fault{"bad_bundle",
                               grouped(rest.size()) + " bytes follow the last entry of the bundle",
                               out_.first + bundle_.width - 1, tile_path(bundle_)};
        }
        return entries;
    }

    void hash(const std::vector<std::string_view>& entries) {
        out_.leaves = ledger::leaf_hashes(entries);
        for (const std::string_view entry : entries)
            out_.counts.entry_bytes += entry.size();
        out_.counts.entries = entries.size();
        if (entries.size() == ledger::kTileWidth) out_.subtree = ledger::root_of(out_.leaves);
    }

    void compare() {
        const auto bytes = source_.read_tile(tile_);
        if (!bytes) {
            out_.fault = unreadable(tile_, out_.first, bytes.error());
            return;
        }
        const auto served = ledger::decode_hash_tile(*bytes, tile_.width);
        if (!served) {
            out_.fault = unreadable(tile_, out_.first, served.error());
            return;
        }
        const auto [leaf, hash] = std::ranges::mismatch(out_.leaves, *served);
        if (leaf != out_.leaves.end())
            out_.unlike = static_cast<unsigned>(leaf - out_.leaves.begin());
    }

    // Up to the first entry that is known to be wrong: what follows it is not looked at.
    void read(const std::vector<std::string_view>& entries) {
        const std::size_t end = out_.unlike ? *out_.unlike : entries.size();
        for (std::size_t i = 0; i < end; ++i) {
            const std::uint64_t index = out_.first + i;
            if (out_.fault && out_.fault->index && *out_.fault->index < index) return;
            auto done = read_entry(index, entries[i]);
            if (done) continue;
            out_.fault =
                Fault{done.error().code(), done.error().detail(), index, tile_path(bundle_)};
            return;
        }
    }

    Result<void> read_entry(std::uint64_t index, std::string_view bytes) {
        const auto header = ledger::parse_entry(bytes);
        if (!header) return fail(header.error());
        if (const auto form = check_form(*header, bytes); !form) return form;
        VerifySummary& counts = out_.counts;
        if (counts.last_time && header->time < *counts.last_time) {
            return fail("time_goes_back", "the entry is of " + to_string(header->time) +
                                              ", the one before it of " +
                                              to_string(*counts.last_time));
        }
        if (!counts.first_time) counts.first_time = header->time;
        counts.last_time = header->time;
        const EntryView view{index, bytes, *header};
        for (const EntryHook& hook : plan_.hooks) {
            if (!hook.kind.empty() && hook.kind != header->kind) continue;
            auto step = hook.prepare(view);
            if (!step) return fail(step.error());
            if (*step) out_.steps.push_back({index, std::move(*step)});
        }
        ++counts.kinds[header->kind];
        if (!header->auth.empty()) ++counts.auth[header->auth];
        return {};
    }

    LogSource& source_;
    const BundlePlan& plan_;
    TileId bundle_;
    TileId tile_;
    CheckedBundle out_;
};

}  // namespace

CheckedBundle check_bundle(LogSource& source, std::uint64_t n, const BundlePlan& plan) {
    return BundleCheck(source, n, plan).run();
}

Fault unreadable(const TileId& tile, std::uint64_t first, const Error& error) {
    const bool missing = error.code() == "not_found";
    const std::string what = tile.kind == TileKind::kEntries ? "bundle" : "tile";
    return Fault{(missing ? "missing_" : "bad_") + what, error.detail(), first, tile_path(tile)};
}

}  // namespace suanpan::audit
