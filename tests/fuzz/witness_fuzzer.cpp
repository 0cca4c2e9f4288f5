// Any bytes as a request to a witness and as a witness's answer: refused, or a request that prints
// back to exactly these bytes, and is never cosigned without the log's signature.

#include "ledger/tree.hpp"
#include "ledger/witness.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace suanpan;

void require(bool holds) {
    if (!holds) std::abort();
}

// Keys that sign nothing, so whatever verifies under them is a forgery.
ledger::VerifierKey silent_key(ledger::KeyType type) {
    Seed seed{};
    seed.fill(42);
    return ledger::make_verifier_key("example.com/foo", type, SigningKey(seed).public_key());
}

void fuzz_request(std::string_view text) {
    static const std::array kLogs = {silent_key(ledger::KeyType::kEd25519)};
    const auto request = ledger::parse_add_checkpoint(text);
    if (!request) {
        require(request.error().code() == "bad_request");
        return;
    }
    require(ledger::to_string(*request) == text);
    require(request->proof.size() <= ledger::kMaxProofHashes);
    const auto answer = ledger::decide(*request, kLogs, {});
    require(answer.status == 400 || answer.status == 403 || answer.status == 404);
    require(!answer.next && !answer.is_evidence && answer.body.ends_with('\n'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::array kWitnesses = {silent_key(ledger::KeyType::kCosignatureV1)};
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    fuzz_request(text);
    const auto lines = ledger::read_cosignatures(text, "example.com/foo\n", kWitnesses);
    require(!lines.has_value());
    if (const auto tree = ledger::read_tree_size(text))
        require(std::to_string(*tree) + "\n" == text);
    return 0;
}
