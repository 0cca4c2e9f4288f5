#include "ledger/witness.hpp"

#include "ledger/text.hpp"
#include "ledger/tree.hpp"

#include <algorithm>

namespace suanpan::ledger {
namespace {

constexpr std::string_view kOld = "old ";
constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

WitnessAnswer refusal(int status, std::string reason) {
    WitnessAnswer out;
    out.status = status;
    out.content_type = kPlainText;
    out.body = std::move(reason) + "\n";
    return out;
}

// The checkpoint's text, before any signature is looked at.
Result<Note> note_of(const AddCheckpointRequest& request) {
    if (request.checkpoint.size() > kMaxCheckpointBytes)
        return fail("bad_checkpoint", "a checkpoint has at most 65,536 bytes");
    return parse_note(request.checkpoint);
}

std::vector<VerifierKey> keys_of(std::span<const VerifierKey> logs, std::string_view origin) {
    std::vector<VerifierKey> out;
    std::ranges::copy_if(logs, std::back_inserter(out),
                         [origin](const VerifierKey& key) { return key.name == origin; });
    return out;
}

// Of a checkpoint that the log did sign.
WitnessAnswer decide_signed(const AddCheckpointRequest& request, const Checkpoint& checkpoint,
                            const WitnessState& state) {
    if (request.old_size > checkpoint.size)
        return refusal(400, "the old size is above the checkpoint's");
    const bool is_fork =
        state.size > 0 && checkpoint.size == state.size && checkpoint.root != state.root;
    if (request.old_size != state.size) {
        WitnessAnswer out = refusal(409, std::to_string(state.size));
        out.content_type = kTreeSizeType;
        out.is_evidence = is_fork;
        return out;
    }
    if (is_fork) {
        WitnessAnswer out =
            refusal(409, "a checkpoint of this size with another root was cosigned before");
        out.is_evidence = true;
        return out;
    }
    const Hash old_root = state.size == 0 ? empty_root() : state.root;
    const auto consistent =
        verify_consistency(state.size, old_root, checkpoint.size, checkpoint.root, request.proof);
    if (!consistent) {
        // A wrong proof proves nothing about the log: anyone can send one with its checkpoint.
        return refusal(422, "the consistency proof does not hold: " + consistent.error().detail());
    }
    WitnessAnswer out;
    out.status = 200;
    out.content_type = kPlainText;
    out.next = WitnessState{checkpoint.size, checkpoint.root};
    out.text = to_string(checkpoint);
    return out;
}

}  // namespace

std::string to_string(const AddCheckpointRequest& request) {
    std::string out(kOld);
    out += std::to_string(request.old_size) + "\n";
    for (const Hash& hash : request.proof)
        out += to_base64(as_chars(hash)) + "\n";
    return out + "\n" + request.checkpoint;
}

Result<AddCheckpointRequest> parse_add_checkpoint(std::string_view body) {
    const auto bad = [](std::string detail) { return fail("bad_request", std::move(detail)); };
    if (body.size() > kMaxWitnessRequestBytes) return bad("a request has at most 131,072 bytes");
    auto line = take_line(body);
    const auto old_size =
        line && line->starts_with(kOld) ? parse_count(line->substr(kOld.size())) : std::nullopt;
    if (!old_size) return bad("the first line is not \"old <size>\"");
    AddCheckpointRequest out;
    out.old_size = *old_size;
    for (line = take_line(body); line && !line->empty(); line = take_line(body)) {
        const auto hash = parse_hash(*line);
        if (!hash) return bad("a line of the proof is not a hash in base64");
        if (out.proof.size() == kMaxProofHashes) return bad("a proof has at most 63 hashes");
        out.proof.push_back(*hash);
    }
    if (!line) return bad("no empty line ends the proof");
    if (body.empty()) return bad("the checkpoint is missing");
    out.checkpoint = body;
    return out;
}

Result<std::string> origin_of(const AddCheckpointRequest& request) {
    const auto note = note_of(request);
    if (!note) return fail("bad_request", note.error().detail());
    auto checkpoint = parse_checkpoint(note->text);
    if (!checkpoint) return fail("bad_request", checkpoint.error().detail());
    return std::move(checkpoint->origin);
}

WitnessAnswer decide(const AddCheckpointRequest& request, std::span<const VerifierKey> logs,
                     const WitnessState& state) {
    const auto origin = origin_of(request);
    if (!origin) return refuse_request(origin.error());
    const auto keys = keys_of(logs, *origin);
    if (keys.empty())
        return refusal(404, "this witness does not know the log " + printable(*origin));
    const auto opened = open_checkpoint(request.checkpoint, keys);
    if (!opened) return refusal(403, opened.error().detail());
    return decide_signed(request, opened->checkpoint, state);
}

WitnessAnswer refuse_request(const Error& error) {
    return refusal(400, error.detail());
}

Result<std::vector<std::string>> read_cosignatures(std::string_view body, std::string_view text,
                                                   std::span<const VerifierKey> witnesses) {
    if (body.size() > kMaxWitnessAnswerBytes)
        return fail("bad_answer", "a witness's answer has at most 65,536 bytes");
    // An empty line would make a part of the answer look like text.
    if (body.empty() || body.starts_with('\n') || body.find("\n\n") != std::string_view::npos)
        return fail("bad_answer", "the answer is no list of signature lines");
    auto note = parse_note(std::string(text) + "\n" + std::string(body));
    if (!note) return fail("bad_answer", note.error().detail());
    if (const auto verified = verify_note(*note, witnesses); !verified)
        return fail(verified.error());
    std::vector<std::string> out;
    for (const NoteSignature& signature : note->signatures) {
        const auto line = take_line(body);
        const auto is_by = [&](const VerifierKey& key) {
            return key.type == KeyType::kCosignatureV1 && key.name == signature.name &&
                   key.id == signature.key_id;
        };
        if (std::ranges::any_of(witnesses, is_by)) out.push_back(std::string(*line) + "\n");
    }
    if (out.empty()) return fail("unsigned_note", "no known witness cosigned");
    return out;
}

Result<std::uint64_t> read_tree_size(std::string_view body) {
    const auto line = take_line(body);
    const auto size = line && body.empty() ? parse_count(*line) : std::nullopt;
    if (!size) return fail("bad_answer", "the answer is not a size");
    return *size;
}

}  // namespace suanpan::ledger
