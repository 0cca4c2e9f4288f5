#pragma once

// An order as it is sent (market §4): from the request's JSON to its terms. Here and not in api/,
// so that who reads a signed order in the log reads it as the server did.

#include "base/fields.hpp"
#include "base/json.hpp"
#include "core/commands.hpp"
#include "matching/terms.hpp"

#include <optional>
#include <string>

namespace suanpan::core {

// Who sends it, by which key, and what the key may place.
struct OrderAuthor {
    OrganisationId organisation;
    ApiKeyId key;
    bool may_buy = true;
    bool may_sell = true;
};

struct OrderRequest {
    matching::OrderTerms terms;  // without an id
    std::string client_order_id;
    std::string metadata;  // canonical JSON, or empty
    std::optional<VoucherClaim> voucher{};
};

// Notes every fault; look at them before using the result.
OrderRequest read_order(const OrderAuthor& author, const Json& body, Faults& faults,
                        std::string pointer);

// Which orders a cancel-all names; without an organisation it says nothing of whose. Notes every
// fault, of unknown members too.
matching::OrderFilter read_order_filter(const Json& body, Faults& faults);

}  // namespace suanpan::core
