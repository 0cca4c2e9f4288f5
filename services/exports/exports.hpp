#pragma once

// What leaves for other programs: FOCUS, hledger, beancount, payouts. Each shows one moment, the
// size of the log when it was asked for, whatever is written while it is read.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "db/reader.hpp"
#include "services/exports/text_source.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace suanpan::services {

struct ExportRequest {
    std::optional<OrganisationId> organisation;  // none: all, from the operator's side
    std::optional<ProjectId> project;            // FOCUS only
    Time from;
    Time until;
};

// What `database` reads from must outlive the texts. Windows that end in (from, until].
std::unique_ptr<TextSource> focus_text(const db::Reader& database, const ExportRequest& request);
// `format`: `hledger` or `beancount`. Entries of [from, until), between asserted balances.
Result<std::unique_ptr<TextSource>> journal_text(const db::Reader& database,
                                                 std::string_view format,
                                                 const ExportRequest& request);
// As things stand, whatever the period.
std::unique_ptr<TextSource> payouts_text(const db::Reader& database,
                                         const std::optional<OrganisationId>& organisation);

}  // namespace suanpan::services
