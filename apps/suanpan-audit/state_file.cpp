#include "apps/suanpan-audit/state_file.hpp"

#include "apps/suanpan-audit/command.hpp"
#include "apps/suanpan-audit/durable_file.hpp"
#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/log_source.hpp"
#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/json.hpp"
#include "ledger/note.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxStateBytes = 64U << 20U;

[[noreturn]] void bad_state(const fs::path& path, const std::string& why) {
    throw AuditError("the state file " + path.string() + " " + why +
                     "; give another one with --state, or move it away if you mean to start over");
}

// A log that changed its key, seen by somebody who now gives the new one only, looks just the same.
// So this never advises to part with what the auditor remembers.
[[noreturn]] void unknown_signer(const fs::path& path, const std::string& origin,
                                 const std::string& note) {
    std::set<std::string> keys;
    if (const auto parsed = ledger::parse_note(note)) {
        for (const ledger::NoteSignature& line : parsed->signatures) {
            if (line.name == origin) keys.insert(fmt::format("{}+{:08x}", origin, line.key_id));
        }
    }
    if (keys.empty())
        bad_state(path, "is malformed: it holds a checkpoint that the log did not sign");
    throw AuditError(
        "the state file " + path.string() + " holds a checkpoint that is signed by the key " +
        fmt::format("{}", fmt::join(keys, " and by ")) +
        ", which was not given. If the log has changed its key, give both, the old and "
        "the new (--key, again, or two \"log\" lines of the policy)");
}

std::vector<std::string> texts(const Json& body, const char* name, const fs::path& path) {
    const auto field = body.find(name);
    if (field == body.end() || !field->is_array()) bad_state(path, "is malformed");
    std::vector<std::string> out;
    for (const Json& item : *field) {
        if (!item.is_string()) bad_state(path, "is malformed");
        out.push_back(item.get<std::string>());
    }
    return out;
}

std::vector<Evidence> evidence_of(const Json& body, const fs::path& path) {
    const auto list = body.find("evidence");
    if (list == body.end() || !list->is_array()) bad_state(path, "is malformed");
    std::vector<Evidence> out;
    for (const Json& item : *list) {
        Evidence evidence;
        for (const auto& [name, field] :
             {std::pair{"code", &evidence.code}, std::pair{"before", &evidence.before},
              std::pair{"after", &evidence.after}}) {
            if (!item.is_object() || !item.contains(name) || !item.at(name).is_string())
                bad_state(path, "is malformed");
            *field = item.at(name).get<std::string>();
        }
        out.push_back(std::move(evidence));
    }
    return out;
}

}  // namespace

bool is_fork(std::string_view code) {
    return code == "two_roots" || code == "inconsistent";
}

void remember(AuditState& state, const ledger::SignedCheckpoint& checkpoint) {
    const auto at = std::ranges::lower_bound(
        state.seen, checkpoint.checkpoint.size, {},
        [](const ledger::SignedCheckpoint& seen) { return seen.checkpoint.size; });
    if (at == state.seen.end() || at->checkpoint.size != checkpoint.checkpoint.size)
        state.seen.insert(at, checkpoint);
}

// Which pairs are kept: every fork that fits, since one alone convicts; of the log having gone
// back, which a stale mirror repeats daily, the newest.
std::vector<Evidence> kept_of(const std::vector<Evidence>& all) {
    const auto forks =
        std::ranges::count_if(all, [](const Evidence& e) { return is_fork(e.code); });
    std::size_t forks_left = kMaxEvidence;
    std::size_t to_drop = all.size() - static_cast<std::size_t>(forks);
    to_drop -= std::min(to_drop, kMaxShrinks);
    std::vector<Evidence> out;
    for (const Evidence& evidence : all) {
        std::size_t& count = is_fork(evidence.code) ? forks_left : to_drop;
        const bool keep = is_fork(evidence.code) ? count > 0 : count == 0;
        if (count > 0) --count;
        if (keep) out.push_back(evidence);
    }
    return out;
}

AuditState load_state(const fs::path& path, const ledger::Policy& policy) {
    AuditState state;
    if (!fs::exists(path)) return state;
    const auto body = parse_json(read_local_file(path, kMaxStateBytes), {kMaxStateBytes, 8});
    if (!body || !body->is_object() || body->value("v", 0) != 1 || !body->contains("origin"))
        bad_state(path, "is malformed");
    if (body->at("origin") != origin_of(policy)) bad_state(path, "is of another log");
    for (const std::string& note : texts(*body, "checkpoints", path)) {
        auto opened = ledger::open_checkpoint(note, policy);
        if (!opened && opened.error().code() == "unsigned_note")
            unknown_signer(path, origin_of(policy), note);
        if (!opened) bad_state(path, "is malformed: " + opened.error().detail());
        if (!state.seen.empty() && opened->checkpoint.size <= state.seen.back().checkpoint.size)
            bad_state(path, "is malformed: its checkpoints are out of order");
        state.seen.push_back(std::move(*opened));
    }
    state.evidence = evidence_of(*body, path);
    return state;
}

void save_state(const fs::path& path, const std::string& origin, AuditState state) {
    if (state.seen.size() > kMaxSeenCheckpoints) {
        state.seen.erase(state.seen.begin(),
                         state.seen.end() - static_cast<std::ptrdiff_t>(kMaxSeenCheckpoints));
    }
    Json evidence = Json::array();
    for (const Evidence& pair : kept_of(state.evidence))
        evidence.push_back({{"code", pair.code}, {"before", pair.before}, {"after", pair.after}});
    Json notes = Json::array();
    for (const ledger::SignedCheckpoint& checkpoint : state.seen)
        notes.push_back(checkpoint.note);
    const Json body = {{"v", 1},
                       {"origin", origin},
                       {"checkpoints", std::move(notes)},
                       {"evidence", std::move(evidence)}};
    write_state(path, body.dump(1) + "\n", kMaxStateBytes);
}

fs::path default_state_path(const std::string& origin) {
    std::string name;
    for (const char c : origin) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || (c == '.' && !name.empty());
        name += plain ? c : '_';
    }
    constexpr std::size_t kMostOfName = 100;
    name = name.substr(0, kMostOfName) + "-" + to_hex(as_chars(sha256(origin)).substr(0, 4));
    const char* const state = std::getenv("XDG_STATE_HOME");
    if (state != nullptr && *state != '\0')
        return fs::path(state) / "suanpan-audit" / (name + ".json");
    const char* const home = std::getenv("HOME");
    if (home == nullptr || *home == '\0')
        throw AuditError("HOME is not set: give the state file with --state");
    return fs::path(home) / ".local" / "state" / "suanpan-audit" / (name + ".json");
}

}  // namespace suanpan::audit
