#pragma once

#include "apps/suanpand/config.hpp"

#include <filesystem>

namespace suanpan::suanpand {

// suanpand --export-log: a copy of the published log whose entries come from the database, for
// `suanpan-audit verify --dir`. Needs no leadership and changes nothing; a running server is not
// disturbed. Throws std::runtime_error with a sentence for the operator.
void export_published_log(const Config& config, const std::filesystem::path& target);

}  // namespace suanpan::suanpand
