#include "apps/suanpan-audit/witness_store.hpp"

#include "apps/suanpan-audit/durable_file.hpp"
#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/log_source.hpp"
#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/json.hpp"
#include "ledger/checkpoint.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include <utility>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxStateBytes = 64U << 20U;
constexpr std::size_t kMaxEvidence = 100;

std::string text_of(const std::string& key, const std::map<std::string, WitnessStore::Log>& logs) {
    Json notes = Json::object();
    for (const auto& [origin, log] : logs)
        notes[origin] = log.note;
    return Json{{"v", 1}, {"key", key}, {"logs", std::move(notes)}}.dump(1) + "\n";
}

[[noreturn]] void bad(const fs::path& path, const std::string& why) {
    throw AuditError("the witness's state file " + path.string() + " " + why);
}

std::map<std::string, WitnessStore::Log> read_logs(const fs::path& path, const Json& notes) {
    std::map<std::string, WitnessStore::Log> out;
    for (const auto& item : notes.items()) {
        if (!item.value().is_string()) bad(path, "is malformed");
        const auto& note = item.value().get_ref<const std::string&>();
        const auto parsed = ledger::parse_note(note);
        const auto checkpoint =
            parsed ? ledger::parse_checkpoint(parsed->text) : fail(parsed.error());
        if (!checkpoint || checkpoint->origin != item.key()) bad(path, "is malformed");
        out[item.key()] = {{checkpoint->size, checkpoint->root}, note};
    }
    return out;
}

}  // namespace

void WitnessStore::create(const fs::path& path, const ledger::VerifierKey& key) {
    write_new_secret(path, text_of(to_string(key), {}));
}

WitnessStore::WitnessStore(fs::path path, const ledger::VerifierKey& key)
    : path_(std::move(path)), key_(to_string(key)) {
    if (!fs::exists(path_)) {
        bad(path_,
            "is not there. It holds what this witness cosigned: without it the witness might "
            "cosign a contradiction. If it is lost, make a new key (witness keygen)");
    }
    // A file of its own: the state file itself is another one after each change.
    fs::path lock_path = path_;
    lock_path += ".lock";
    lock_ = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (lock_ < 0) throw AuditError("cannot open " + lock_path.string());
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        ::close(lock_);
        bad(path_, "is in use by another process");
    }
    try {
        const auto json = parse_json(read_local_file(path_, kMaxStateBytes), {kMaxStateBytes, 8});
        if (!json || !json->is_object() || json->value("v", 0) != 1 || !json->contains("key") ||
            !json->contains("logs") || !json->at("logs").is_object())
            bad(path_, "is malformed");
        if (json->at("key") != key_) bad(path_, "is of another key");
        logs_ = read_logs(path_, json->at("logs"));
    } catch (...) {
        ::close(lock_);
        throw;
    }
}

WitnessStore::~WitnessStore() {
    ::close(lock_);
}

WitnessStore::Log WitnessStore::find(const std::string& origin) const {
    const auto found = logs_.find(origin);
    return found == logs_.end() ? Log{} : found->second;
}

void WitnessStore::put(const std::string& origin, Log log) {
    auto next = logs_;
    next[origin] = std::move(log);
    write_durably(path_, text_of(key_, next));
    logs_ = std::move(next);
}

fs::path WitnessStore::keep_evidence(const std::string& origin, const std::string& cosigned,
                                     const std::string& contradiction) {
    fs::path folder = path_;
    folder += ".evidence";
    const std::string id = to_hex(as_chars(sha256(origin + "\n" + contradiction)).substr(0, 8));
    fs::path file = folder / (id + ".json");
    std::error_code ignored;
    if (fs::exists(file)) return file;
    const auto files = fs::directory_iterator(folder, ignored);
    if (std::distance(begin(files), end(files)) >= static_cast<std::ptrdiff_t>(kMaxEvidence))
        return folder;
    write_durably(
        file,
        Json{{"v", 1}, {"origin", origin}, {"cosigned", cosigned}, {"contradiction", contradiction}}
                .dump(1) +
            "\n");
    return file;
}

}  // namespace suanpan::audit
