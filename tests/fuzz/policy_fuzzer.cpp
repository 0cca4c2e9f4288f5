// Any bytes as a witness policy: refused with the number of a line, or a policy that prints to one
// that reads the same, that everybody together meets, and that fewer than its fewest never do.

#include "ledger/policy.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace ledger = suanpan::ledger;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto policy = ledger::parse_policy(text);
    if (!policy) {
        require(policy.error().code() == "bad_policy");
        return 0;
    }
    const auto again = ledger::parse_policy(ledger::to_string(*policy));
    require(again.has_value() && *again == *policy);
    const auto keys = ledger::witness_keys(*policy);
    const std::size_t fewest = ledger::fewest_cosigners(*policy);
    require(fewest <= keys.size());
    require(ledger::is_met(*policy, keys));
    require(ledger::is_met(*policy, {}) == (fewest == 0));
    if (fewest > 0) {
        require(!ledger::is_met(*policy, std::span(keys).first(fewest - 1)));
        require(!ledger::is_met(*policy, std::span(keys).last(fewest - 1)));
    }
    return 0;
}
