// Any bytes as a checkpoint's text and as a receipt: refused with the parser's code, or a value
// that prints back to exactly these bytes.

#include "ledger/checkpoint.hpp"
#include "ledger/receipt.hpp"
#include "ledger/tree.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace ledger = suanpan::ledger;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto checkpoint = ledger::parse_checkpoint(text)) {
        require(ledger::to_string(*checkpoint) == text);
        require(checkpoint->size <= ledger::kMaxTreeSize);
    } else {
        require(checkpoint.error().code() == "bad_checkpoint");
    }
    if (const auto receipt = ledger::parse_receipt(text)) {
        require(ledger::to_string(*receipt) == text);
        require(receipt->proof.size() <= 63);
    } else {
        require(receipt.error().code() == "bad_receipt");
    }
    return 0;
}
