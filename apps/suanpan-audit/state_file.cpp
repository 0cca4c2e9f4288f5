#include "apps/suanpan-audit/state_file.hpp"

#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/log_source.hpp"
#include "base/json.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxStateBytes = 64U << 20U;

[[noreturn]] void bad_state(const fs::path& path, const std::string& why) {
    throw AuditError("the state file " + path.string() + " " + why +
                     "; give another one with --state, or move it away if you mean to start over");
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

void write_and_rename(const fs::path& path, const std::string& text) {
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    fs::path temporary = path;
    temporary += ".tmp";
    const int descriptor =
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) throw AuditError("cannot write " + temporary.string());
    std::string_view rest = text;
    bool good = true;
    while (good && !rest.empty()) {
        const ::ssize_t count = ::write(descriptor, rest.data(), rest.size());
        good = count > 0;
        if (good) rest.remove_prefix(static_cast<std::size_t>(count));
    }
    good = good && ::fsync(descriptor) == 0;
    if (::close(descriptor) != 0 || !good) throw AuditError("cannot write " + temporary.string());
    fs::rename(temporary, path);
}

}  // namespace

AuditState load_state(const fs::path& path, const ledger::VerifierKey& log) {
    AuditState state;
    if (!fs::exists(path)) return state;
    const auto body = parse_json(read_local_file(path, kMaxStateBytes), {kMaxStateBytes, 8});
    if (!body || !body->is_object() || body->value("v", 0) != 1 || !body->contains("key"))
        bad_state(path, "is malformed");
    if (body->at("key") != ledger::to_string(log)) bad_state(path, "is of another log");
    for (const std::string& note : texts(*body, "checkpoints", path)) {
        auto opened = ledger::open_checkpoint(note, log);
        if (!opened) bad_state(path, "holds a checkpoint that this log's key did not sign");
        if (!state.seen.empty() && opened->checkpoint.size <= state.seen.back().checkpoint.size)
            bad_state(path, "is malformed: its checkpoints are out of order");
        state.seen.push_back(std::move(*opened));
    }
    state.evidence = texts(*body, "evidence", path);
    return state;
}

void save_state(const fs::path& path, const ledger::VerifierKey& log, AuditState state) {
    if (state.seen.size() > kMaxSeenCheckpoints) {
        state.seen.erase(state.seen.begin(),
                         state.seen.end() - static_cast<std::ptrdiff_t>(kMaxSeenCheckpoints));
    }
    Json notes = Json::array();
    for (const ledger::SignedCheckpoint& checkpoint : state.seen)
        notes.push_back(checkpoint.note);
    const Json body = {{"v", 1},
                       {"key", ledger::to_string(log)},
                       {"checkpoints", std::move(notes)},
                       {"evidence", std::move(state.evidence)}};
    write_and_rename(path, body.dump(1) + "\n");
}

fs::path default_state_path(const ledger::VerifierKey& log) {
    const std::string key = ledger::to_string(log);
    const std::string id = key.substr(log.name.size() + 1, 8);
    const char* const state = std::getenv("XDG_STATE_HOME");
    if (state != nullptr && *state != '\0')
        return fs::path(state) / "suanpan-audit" / (id + ".json");
    const char* const home = std::getenv("HOME");
    if (home == nullptr || *home == '\0')
        throw AuditError("HOME is not set: give the state file with --state");
    return fs::path(home) / ".local" / "state" / "suanpan-audit" / (id + ".json");
}

}  // namespace suanpan::audit
