#pragma once

// Idempotency-Key (api "Conventions"): a key's first request is carried out, its copies get the
// first answer: from the database when that is done, by waiting when it still runs. The answer is
// stored in the transaction of what it answers for, so there is no moment between the two.
// Commands are looked up by the sequencer, a whole batch with one query; what is no single command
// is looked up here.

#include "base/result.hpp"
#include "db/pool.hpp"
#include "db/side_rows.hpp"
#include "services/metering/seen_readings.hpp"
#include "services/trading/core_loop.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace suanpan::services {

class Clock;

// Thread-safe.
class IdempotentWrites {
 public:
    using Done = std::function<void(Result<StoredResponse>)>;

    IdempotentWrites(db::Pool& database, const Clock& clock) : database_(database), clock_(clock) {}

    // `start` is called for the key's first request and must call its argument exactly once, after
    // the answer was stored, from any thread. `done` is called exactly once. Errors of its own:
    // `idempotency_key_reused`, `idempotency_key_expired`. Reads the database: not for network
    // threads.
    void run(const IdempotencyKey& key, Done done, const std::function<void(Done)>& start);
    // The same for a command that carries `key` with it: no look-up here.
    void run_command(const IdempotencyKey& key, Done done, const std::function<void(Done)>& start);
    // Readings come without a key: the id of each is one, for ever.
    SeenReadings& seen_readings() { return seen_readings_; }

 private:
    using Name = std::tuple<OrganisationId, std::string, std::string>;
    struct Waiting {
        Hash body_hash{};
        std::vector<Done> copies;
    };
    enum class Turn : std::uint8_t { kFirst, kWaits, kOtherBody };
    Turn enter(const Name& name, const Hash& body_hash, Done& done);
    std::vector<Done> leave(const Name& name);
    std::optional<Result<StoredResponse>> find_stored(const IdempotencyKey& key);
    void begin(const IdempotencyKey& key, Done done, const std::function<void(Done)>& start,
               bool look_up);
    void finish(const Name& name, const Done& first, const Result<StoredResponse>& answer);

    db::Pool& database_;
    const Clock& clock_;
    std::mutex mutex_;
    std::map<Name, Waiting> running_;
    SeenReadings seen_readings_;
};

}  // namespace suanpan::services
