#pragma once

// An arbiter's ruling as it is signed (metering-settlement "Disputes"): the payload of a DSSE
// envelope, which becomes one ledger entry as received, so that every audit checks the signature
// again.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "settlement/bill.hpp"

#include <string>
#include <string_view>

namespace suanpan::settlement {

inline constexpr std::string_view kRulingPayloadType = "application/vnd.suanpan.ruling+json";

struct Ruling {
    DisputeId dispute;
    SigningKeyId key;     // that the arbiter signs with
    Delivered delivered;  // what counts from now on
    friend bool operator==(const Ruling&, const Ruling&) = default;
};

// Canonical JSON: {"credit_ppm":…,"dispute":…,"key":…,"lot_us":…}, all strings.
std::string make_ruling(const Ruling& ruling);
// Of just that. Error `bad_ruling`, with faults.
Result<Ruling> parse_ruling(std::string_view payload);

}  // namespace suanpan::settlement
