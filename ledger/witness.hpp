#pragma once

// C2SP tlog-witness: how a log asks a witness to cosign a checkpoint, and what the witness answers
// (ledger "Notes and checkpoints", "Witness"). Both sides' pure part: what comes over the wire, and
// the decision; sockets, files and clocks are the callers'.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/note.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::ledger {

inline constexpr std::size_t kMaxWitnessRequestBytes = 131'072;
inline constexpr std::size_t kMaxWitnessAnswerBytes = 65'536;
inline constexpr std::string_view kAddCheckpointPath = "/add-checkpoint";
inline constexpr std::string_view kTreeSizeType = "text/x.tlog.size";

/// Text form: `old <size>` LF, hashes in base64 one a line, an empty line, the signed checkpoint.
struct AddCheckpointRequest {
    std::uint64_t old_size = 0;
    std::vector<Hash> proof;  // consistency of old_size with the checkpoint, at most 63
    std::string checkpoint;   // the signed note, verbatim

    friend bool operator==(const AddCheckpointRequest&, const AddCheckpointRequest&) = default;
};

std::string to_string(const AddCheckpointRequest& request);
/// Does not look into the checkpoint. Error `bad_request`.
Result<AddCheckpointRequest> parse_add_checkpoint(std::string_view body);

/// What a witness remembers of one log: the largest tree that it cosigned.
struct WitnessState {
    std::uint64_t size = 0;
    Hash root{};  // means nothing while size is 0

    friend bool operator==(const WitnessState&, const WitnessState&) = default;
};

struct WitnessAnswer {
    int status = 0;            // HTTP: 200, 400, 403, 404, 409, 422
    std::string content_type;  // kTreeSizeType for the 409 that tells the size
    std::string body;          // of a refusal, LF at its end; empty for 200
    /// For 200 only: to be stored durably BEFORE the answer is sent, in one step with the reading
    /// of the state that was decided on.
    std::optional<WitnessState> next;
    std::string text;  // for 200 only: what to cosign (cosign_line); the lines are the body
    /// The log signed something that can't be true beside what it signed before: the request is
    /// proof of it and worth keeping.
    bool is_evidence = false;
};

/// The origin of the request's checkpoint, by which a witness finds its state. Error `bad_request`
/// (status 400) when it holds no checkpoint.
Result<std::string> origin_of(const AddCheckpointRequest& request);

/// In this order: 400 no checkpoint; 404 none of `logs` is of its origin; 403 no signature by one
/// of those, or a wrong one; 400 old size above the checkpoint's; 409 old size is not the state's
/// (the body is the state's); 409 same size, other root; 422 the proof does not hold; 200.
/// `state` is that of the request's origin.
WitnessAnswer decide(const AddCheckpointRequest& request, std::span<const VerifierKey> logs,
                     const WitnessState& state);

/// The answer to a request that is none: status 400.
WitnessAnswer refuse_request(const Error& error);

/// The lines of a 200's body that are cosignatures of `text` by one of `witnesses`, LF included;
/// others' lines are left out. `text` is the checkpoint's body (Note::text). Errors: `bad_answer`
/// (no signature lines), `bad_signature` (a known key's is wrong), `unsigned_note` (none is known).
Result<std::vector<std::string>> read_cosignatures(std::string_view body, std::string_view text,
                                                   std::span<const VerifierKey> witnesses);

/// The body of a 409 of type kTreeSizeType. Error `bad_answer`.
Result<std::uint64_t> read_tree_size(std::string_view body);

}  // namespace suanpan::ledger
