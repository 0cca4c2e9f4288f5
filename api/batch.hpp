#pragma once

// Requests of many items, each with its own result: {"results":[{"index":0,"status":201,…}, …]}.
// What was made stands under the batch's word (`order`, `lease`), what was refused under `error` as
// a problem (RFC 9457). One bad item never sinks the rest.

#include "api/call.hpp"
#include "base/error.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::api {

inline constexpr std::size_t kMaxBatch = 500;

struct BatchItem {
    // With one of these there is nothing to submit: what is wrong, or the answer that is known.
    std::optional<Error> fault;
    std::optional<services::StoredResponse> ready;
    Write write;
    // Under which its answer is stored; empty: not stored, the command itself is idempotent.
    std::string key;
    Hash body_hash{};
};

// Copies of a batch wait for the first; items that were answered before get that answer again. A
// repeated batch is put together again from its items, so of the batch itself only its key and
// body's hash are stored: before the first item, so that also after a crash between two items the
// key with another body is refused (`idempotency_key_reused`) and nothing of that body is done.
void run_batch(const std::shared_ptr<Call>& call, const Reply& reply, std::vector<BatchItem> items,
               std::string_view word);

// What the key of an item's answer covers.
Hash item_hash(const Call& call, const Json& item);

}  // namespace suanpan::api
