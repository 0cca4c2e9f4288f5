#include "apps/suanpan-audit/verify_state.hpp"

#include "apps/suanpan-audit/durable_file.hpp"
#include "base/time.hpp"
#include "core/fields.hpp"
#include "ledger/text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxStateBytes = 256U << 20U;

Json counts_json(const std::map<std::string, std::uint64_t>& counts) {
    Json out = Json::object();
    for (const auto& [name, count] : counts)
        out[name] = std::to_string(count);
    return out;
}

Json summary_json(const VerifySummary& summary) {
    Json out = {{"entry_bytes", std::to_string(summary.entry_bytes)},
                {"bundles", std::to_string(summary.bundles)},
                {"kinds", counts_json(summary.kinds)},
                {"auth", counts_json(summary.auth)}};
    if (summary.first_time) out["first_time"] = to_string(*summary.first_time);
    if (summary.last_time) out["last_time"] = to_string(*summary.last_time);
    return out;
}

Json tiles_json(const TreeCheck::OpenTiles& open) {
    Json out = Json::array();
    for (const auto& tile : open) {
        Json hashes = Json::array();
        for (const Hash& hash : tile)
            hashes.push_back(to_base64(as_chars(hash)));
        out.push_back(std::move(hashes));
    }
    return out;
}

std::uint64_t count_of(core::Fields& in, std::string_view name) {
    const auto count = ledger::parse_count(in.text(name));
    if (!count) in.fault(name, "must be a count");
    return count.value_or(0);
}

Result<std::uint64_t> parse_number(std::string_view text) {
    const auto count = ledger::parse_count(text);
    if (!count) return fail("bad_state", "must be a count");
    return *count;
}

Result<std::vector<Hash>> read_tile(const Json& json) {
    std::vector<Hash> out;
    if (!json.is_array()) return fail("bad_state", "a tile is an array");
    for (const Json& item : json) {
        const auto hash = item.is_string() ? ledger::parse_hash(item.get_ref<const std::string&>())
                                           : std::nullopt;
        if (!hash) return fail("bad_state", "a tile holds hashes in base64");
        out.push_back(*hash);
    }
    return out;
}

VerifySummary read_summary(core::Fields& in) {
    VerifySummary out;
    out.entry_bytes = count_of(in, "entry_bytes");
    out.bundles = count_of(in, "bundles");
    out.kinds = in.table("kinds", parse_number);
    out.auth = in.table("auth", parse_number);
    if (in.has("first_time")) out.first_time = in.time("first_time");
    if (in.has("last_time")) out.last_time = in.time("last_time");
    return out;
}

// A sentence on the first fault, or nothing.
std::string read_progress(const Json& json, const std::string& origin, bool tree_only,
                          VerifyProgress& out) {
    core::Fields in(json);
    if (in.text("origin") != origin) return "it is of another log";
    if (in.flag("tree_only") != tree_only)
        return "it is of a run with --tree, or this is one: they check different things";
    if (in.text("v") != "1") return "its version is not known here";
    in.text("checkpoint");
    out.position.size = count_of(in, "size");
    out.position.open = in.list("tiles", read_tile);
    core::Fields summary(in.member("summary"));
    out.position.summary = read_summary(summary);
    out.position.summary.entries = out.position.size;
    in.take_fault("summary", summary);
    const Json& signatures = in.member("signatures");
    const Json& money = in.member("money");
    const Json& statements = in.member("statements");
    if (const auto finished = in.finish(); !finished) return finished.error().detail();
    for (const auto& restored : {out.signatures.restore(signatures), out.money.restore(money),
                                 out.statements.restore(statements)}) {
        if (!restored) return restored.error().detail();
    }
    return {};
}

}  // namespace

void save_progress(const fs::path& path, const std::string& origin, bool tree_only,
                   const std::string& checkpoint_note, const VerifyPosition& position,
                   const VerifyProgress& known) {
    const Json json = {{"v", "1"},
                       {"origin", origin},
                       {"tree_only", tree_only},
                       {"checkpoint", checkpoint_note},
                       {"size", std::to_string(position.size)},
                       {"tiles", tiles_json(position.open)},
                       {"summary", summary_json(position.summary)},
                       {"signatures", known.signatures.state()},
                       {"money", known.money.state()},
                       {"statements", known.statements.state()}};
    write_state(path, json.dump(1) + "\n", kMaxStateBytes);
}

bool load_progress(const fs::path& path, const std::string& origin, bool tree_only,
                   VerifyProgress& out) {
    if (!fs::exists(path)) return false;
    const auto json = parse_json(read_local_file(path, kMaxStateBytes), {kMaxStateBytes, 16});
    const std::string trouble =
        json ? read_progress(*json, origin, tree_only, out) : json.error().detail();
    if (trouble.empty()) return true;
    throw AuditError("the state file " + path.string() + " cannot be gone on from: " + trouble +
                     "; give another one with --state, or remove it to start over");
}

}  // namespace suanpan::audit
