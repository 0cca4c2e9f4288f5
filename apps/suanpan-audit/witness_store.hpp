#pragma once

// What a witness remembers, and never may forget: the last checkpoint of each log that it cosigned.
// One file, replaced durably before an answer goes out; one process at a time.

#include "ledger/note.hpp"
#include "ledger/witness.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace suanpan::audit {

/// Not thread-safe.
class WitnessStore {
 public:
    /// The file of a new witness, which must not be there yet. Throws AuditError.
    static void create(const std::filesystem::path& path, const ledger::VerifierKey& key);
    /// Opens and locks it. Throws AuditError: not there (a witness that forgot what it cosigned
    /// must not go on under its key), of another key, malformed, open in another process.
    WitnessStore(std::filesystem::path path, const ledger::VerifierKey& key);
    ~WitnessStore();
    WitnessStore(const WitnessStore&) = delete;
    WitnessStore& operator=(const WitnessStore&) = delete;

    struct Log {
        ledger::WitnessState state;
        std::string note;  // the checkpoint as the log signed it; empty before the first
    };
    /// Size 0 for a log not seen before.
    [[nodiscard]] Log find(const std::string& origin) const;
    [[nodiscard]] const std::map<std::string, Log>& logs() const { return logs_; }
    /// Durable on return. Throws AuditError: what was remembered before is then what counts, here
    /// and on disk.
    void put(const std::string& origin, Log log);

    /// Keeps two checkpoints that cannot both be true, in the folder <file>.evidence; at most a
    /// hundred pairs. Gives the file.
    std::filesystem::path keep_evidence(const std::string& origin, const std::string& cosigned,
                                        const std::string& contradiction);

 private:
    void save(const std::map<std::string, Log>& logs) const;

    std::filesystem::path path_;
    std::string key_;
    int lock_ = -1;
    std::map<std::string, Log> logs_;
};

}  // namespace suanpan::audit
