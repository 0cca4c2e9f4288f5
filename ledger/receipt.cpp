#include "ledger/receipt.hpp"

#include "ledger/text.hpp"
#include "ledger/tree.hpp"

namespace suanpan::ledger {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

Result<void> verify_place(const Receipt& receipt, std::string_view entry,
                          const Checkpoint& checkpoint) {
    return verify_inclusion(leaf_hash(entry), receipt.index, checkpoint.size, receipt.proof,
                            checkpoint.root);
}

}  // namespace

std::string to_string(const Receipt& receipt) {
    std::string out(kHeader);
    out += '\n';
    if (!receipt.extra.empty()) {
        out += kExtra;
        out += to_base64(receipt.extra) + "\n";
    }
    out += kIndex;
    out += std::to_string(receipt.index) + "\n";
    for (const Hash& hash : receipt.proof)
        out += to_base64(as_chars(hash)) + "\n";
    return out + "\n" + receipt.checkpoint;
}

Result<Receipt> parse_receipt(std::string_view text) {
    const auto bad = [](std::string detail) { return fail("bad_receipt", std::move(detail)); };
    if (text.size() > kMaxReceiptBytes) return bad("a receipt has at most 131,072 bytes");
    if (take_line(text) != kHeader) return bad("the first line is not c2sp.org/tlog-proof@v1");
    Receipt out;
    auto line = take_line(text);
    if (line && line->starts_with(kExtra)) {
        auto extra = from_base64(line->substr(kExtra.size()));
        if (!extra || extra->empty()) return bad("the extra line is not base64");
        out.extra = std::move(*extra);
        line = take_line(text);
    }
    if (!line || !line->starts_with(kIndex)) return bad("the index line is missing");
    const auto index = parse_count(line->substr(kIndex.size()));
    if (!index) return bad("the index is not a number");
    out.index = *index;
    for (line = take_line(text); line && !line->empty(); line = take_line(text)) {
        const auto hash = parse_hash(*line);
        if (!hash) return bad("a line of the proof is not a hash in base64");
        if (out.proof.size() == kMaxProofHashes) return bad("a proof has at most 63 hashes");
        out.proof.push_back(*hash);
    }
    if (!line) return bad("no empty line ends the proof");
    if (text.empty()) return bad("the checkpoint is missing");
    out.checkpoint = text;
    return out;
}

Result<SignedCheckpoint> verify_receipt(const Receipt& receipt, std::string_view entry,
                                        const VerifierKey& log,
                                        std::span<const VerifierKey> witnesses) {
    auto opened = open_checkpoint(receipt.checkpoint, log, witnesses);
    if (!opened) return opened;
    if (const auto included = verify_place(receipt, entry, opened->checkpoint); !included)
        return fail(included.error());
    return opened;
}

Result<SignedCheckpoint> verify_receipt(const Receipt& receipt, std::string_view entry,
                                        const Policy& policy) {
    auto opened = open_checkpoint(receipt.checkpoint, policy);
    if (!opened) return opened;
    if (const auto met = meets(*opened, policy); !met) return fail(met.error());
    if (const auto included = verify_place(receipt, entry, opened->checkpoint); !included)
        return fail(included.error());
    return opened;
}

}  // namespace suanpan::ledger
