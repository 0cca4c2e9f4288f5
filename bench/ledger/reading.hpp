#pragma once

// What an auditor and a receipt cost, over a published log on disk (in the page cache).

#include "bench/ledger/measure.hpp"
#include "bench/ledger/published_log.hpp"

namespace suanpan::bench {

// Tree, parsing and signatures each alone and on one core, in this program; then `suanpan-audit
// verify` over the same log, its time and its memory.
void measure_verify(const PublishedLog& log, int rounds, Report& report);
// Proofs of inclusion of entries all over the log, from the tiles.
void measure_proofs(const PublishedLog& log, Report& report);

}  // namespace suanpan::bench
