#include "db/queries/agreements.hpp"

#include "db/paging.hpp"
#include "db/table.hpp"
#include "db/table_agreements.hpp"

#include <utility>

namespace suanpan::db {

Listed<settlement::DiscountAgreement> list_agreements(Tx& tx, const OrganisationId& organisation,
                                                      const Page& page) {
    auto select = std::move(select_from<AgreementRecord>("list_agreements")
                                .where("$?::uuid IN (t.provider, t.buyer)", organisation));
    turn_page(select, page, "t.id");
    return listed<settlement::DiscountAgreement>(select.run(tx), page, [](RowReader& reader) {
        return reader.row<AgreementRecord>().agreement;
    });
}

}  // namespace suanpan::db
