#pragma once

// What became of a reading. Written without a tree: there are hundreds in an answer.

#include "base/json.hpp"
#include "settlement/lease_meter.hpp"

#include <string_view>

namespace suanpan::api {

// "accepted", "accepted_with_gap", "duplicate", "refused".
std::string_view verdict_word(settlement::Verdict verdict);

// A refused reading says so with a status of its own.
void write_json(CanonicalWriter& out, const settlement::ReadingVerdict& verdict);

}  // namespace suanpan::api
