#include "ledger/checkpoint.hpp"

#include "base/check.hpp"
#include "ledger/text.hpp"
#include "ledger/tree.hpp"

#include <set>

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

Result<SignedCheckpoint> open_checkpoint(std::string_view note, std::span<const VerifierKey> log,
                                         std::span<const VerifierKey> witnesses) {
    if (note.size() > kMaxCheckpointBytes)
        return fail("bad_checkpoint", "a checkpoint has at most 65,536 bytes");
    const auto parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    std::vector<VerifierKey> keys(log.begin(), log.end());
    keys.insert(keys.end(), witnesses.begin(), witnesses.end());
    const auto verified = verify_note(*parsed, keys);
    if (!verified) return fail(verified.error());
    auto checkpoint = parse_checkpoint(parsed->text);
    if (!checkpoint) return fail(checkpoint.error());
    SignedCheckpoint out;
    const VerifierKey* foreign = nullptr;  // one trusted log does not speak for another
    for (const VerifiedSignature& signature : *verified) {
        const VerifierKey& key = keys[signature.key];
        if (signature.key >= log.size()) {
            if (signature.time) out.cosignatures.push_back({key.name, *signature.time, key});
        } else if (key.name == checkpoint->origin) {
            out.signers.push_back(key);
        } else {
            foreign = &key;
        }
    }
    if (out.signers.empty() && foreign != nullptr) {
        return fail("foreign_origin", "the checkpoint is of the log \"" +
                                          printable(checkpoint->origin) + "\", the key of \"" +
                                          foreign->name + "\"");
    }
    if (out.signers.empty())
        return fail("unsigned_note", "the log itself did not sign this checkpoint");
    out.checkpoint = std::move(*checkpoint);
    out.note = note;
    return out;
}

Result<SignedCheckpoint> open_checkpoint(std::string_view note, const VerifierKey& log,
                                         std::span<const VerifierKey> witnesses) {
    return open_checkpoint(note, std::span(&log, 1), witnesses);
}

Result<SignedCheckpoint> open_checkpoint(std::string_view note, const Policy& policy) {
    return open_checkpoint(note, log_keys(policy), witness_keys(policy));
}

Result<void> meets(const SignedCheckpoint& checkpoint, const Policy& policy) {
    std::vector<VerifierKey> keys;
    std::string names;
    for (const SignedCheckpoint::Cosignature& cosignature : checkpoint.cosignatures) {
        keys.push_back(cosignature.key);
        names += (names.empty() ? "" : ", ") + cosignature.witness;
    }
    if (is_met(policy, keys)) return {};
    return fail("too_few_witnesses", "the policy asks for the quorum \"" +
                                         printable(policy.quorum) + "\", cosigned has " +
                                         (names.empty() ? "nobody" : names));
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key) {
    return sign_note(to_string(checkpoint), checkpoint.origin, key);
}

std::string sign_checkpoint(const Checkpoint& checkpoint, std::span<const SigningKey* const> keys) {
    CHECK(!keys.empty());
    const std::string text = to_string(checkpoint);
    std::string out = text + "\n";
    for (const SigningKey* key : keys)
        out += sign_line(text, checkpoint.origin, *key);
    return out;
}

Result<std::string> add_signatures(std::string_view note, std::span<const std::string> lines) {
    const auto parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    std::string out(note);
    std::string_view have = note.substr(parsed->text.size() + 1);
    std::set<std::string, std::less<>> known;
    while (const auto line = take_line(have))
        known.insert(std::string(*line) + "\n");
    std::size_t count = parsed->signatures.size();
    for (const std::string& line : lines) {
        CHECK(line.ends_with('\n') && line.find('\n') + 1 == line.size());
        if (!known.insert(line).second) continue;
        if (++count > kMaxNoteSignatures)
            return fail("bad_note", "a note has at most 100 signatures");
        out += line;
    }
    return out;
}

}  // namespace suanpan::ledger
