#pragma once

// The two acknowledgements of a write (ledger "Publishing"): `sequenced`, durable with an index in
// the log, and `published`, under a signed and witnessed checkpoint. A caller asks with RFC 7240:
//
//     Prefer: wait=10                  waits for publishing, 30 seconds at most
//     Prefer: respond-async            is told at once
//
// and finds "ack" and, for a single command, "receipt" in the answer's JSON.

#include "api/call.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace suanpan::api {

struct Preference {
    bool respond_async = false;
    std::int64_t wait_s = 0;  // 0 … 30
};
// Nullopt when the header asks for neither; what cannot be understood is ignored (RFC 7240 §2).
std::optional<Preference> parse_prefer(std::string_view header);

// `reply` itself, unless the request is a write that asks for an acknowledgement.
Reply acknowledging(const Call& call, Reply reply);

}  // namespace suanpan::api
