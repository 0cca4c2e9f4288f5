#pragma once

#include "core/period_rows.hpp"

#include <string>
#include <vector>

namespace suanpan::services {

struct InvoicePage {
    core::InvoiceRow row;
    std::string operator_name;  // who issued it
    std::string name;           // the buyer's; either may be empty
    std::string project_name;
    std::vector<core::InvoiceRow> credit_notes;  // that correct it, by number
};

// An invoice or a credit note for screen and A4 paper, with nothing to be loaded.
std::string invoice_html(const InvoicePage& page);

}  // namespace suanpan::services
