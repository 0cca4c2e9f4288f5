#pragma once

// The log's rows into PostgreSQL, durable, by the code that the server writes them with: its line
// of batches, its leader's transaction, the real table with its keys and triggers.

#include "bench/ledger/measure.hpp"

#include <filesystem>

namespace suanpan::bench {

// Full batches one after the other, against one COPY of the same rows into the same table; rounds
// of the two alternate, each in a database of its own.
void measure_sequencing(int rounds, Report& report);

// Entries that arrive evenly at `rate` a second, in such batches as form while the one before is
// written, with the publisher beside it: how long after its commit an entry is published.
// `folder` takes the tiles.
void measure_publishing(double rate, double seconds, const std::filesystem::path& folder,
                        Report& report);

}  // namespace suanpan::bench
