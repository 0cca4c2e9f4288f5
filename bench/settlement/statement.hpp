#pragma once

// The statement of an organisation with very many lines, as CSV over HTTP: how long it takes, and
// how much memory the server takes for it.

#include "bench/core/database.hpp"
#include "bench/ledger/measure.hpp"

#include <filesystem>
#include <string>

namespace suanpan::bench {

// `key`: an API key of the organisation.
void measure_statement(const BenchDatabase& database, const std::string& key,
                       const std::filesystem::path& folder, Report& report);

}  // namespace suanpan::bench
