#include "ledger/checkpoint.hpp"

#include "base/check.hpp"
#include "ledger/text.hpp"
#include "ledger/tree.hpp"

namespace suanpan::ledger {

std::string to_string(const Checkpoint& checkpoint) {
    CHECK(checkpoint.size <= kMaxTreeSize);
    return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
           to_base64(as_chars(checkpoint.root)) + "\n" + checkpoint.extensions;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
    const auto bad = [](std::string detail) { return fail("bad_checkpoint", std::move(detail)); };
    if (text.size() > kMaxCheckpointBytes) return bad("a checkpoint has at most 65,536 bytes");
    const auto origin = take_line(text);
    if (!origin || origin->empty()) return bad("the first line, the origin, is missing");
    const auto size_line = take_line(text);
    const auto size = size_line ? parse_count(*size_line) : std::nullopt;
    if (!size) return bad("the second line is not a size");
    const auto root_line = take_line(text);
    const auto root = root_line ? parse_hash(*root_line) : std::nullopt;
    if (!root) return bad("the third line is not a root hash in base64");
    if (*size == 0 && *root != empty_root()) return bad("an empty log has the hash of nothing");
    Checkpoint out{std::string(*origin), *size, *root, std::string(text)};
    while (!text.empty()) {
        const auto line = take_line(text);
        if (!line || line->empty()) return bad("an extension line is empty or does not end");
    }
    return out;
}

Result<SignedCheckpoint> open_checkpoint(std::string_view note, const VerifierKey& log,
                                         std::span<const VerifierKey> witnesses) {
    if (note.size() > kMaxCheckpointBytes)
        return fail("bad_checkpoint", "a checkpoint has at most 65,536 bytes");
    const auto parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    std::vector<VerifierKey> keys = {log};
    keys.insert(keys.end(), witnesses.begin(), witnesses.end());
    const auto verified = verify_note(*parsed, keys);
    if (!verified) return fail(verified.error());
    auto checkpoint = parse_checkpoint(parsed->text);
    if (!checkpoint) return fail(checkpoint.error());
    if (checkpoint->origin != log.name) {
        return fail("foreign_origin", "the checkpoint is of the log \"" +
                                          printable(checkpoint->origin) + "\", the key of \"" +
                                          log.name + "\"");
    }
    SignedCheckpoint out;
    bool by_log = false;
    for (const VerifiedSignature& signature : *verified) {
        if (signature.key == 0) by_log = true;
        if (signature.key > 0 && signature.time)
            out.cosignatures.push_back({keys[signature.key].name, *signature.time});
    }
    if (!by_log) return fail("unsigned_note", "the log itself did not sign this checkpoint");
    out.checkpoint = std::move(*checkpoint);
    out.note = note;
    return out;
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key) {
    return sign_note(to_string(checkpoint), checkpoint.origin, key);
}

}  // namespace suanpan::ledger
