#include "db/queries/agreements.hpp"

#include "db/sql.hpp"
#include "db/table.hpp"
#include "db/table_agreements.hpp"

namespace suanpan::db {

std::vector<settlement::DiscountAgreement> list_agreements(Tx& tx,
                                                           const OrganisationId& organisation) {
    std::vector<settlement::DiscountAgreement> out;
    auto records =
        read_all<AgreementRecord>(select_from<AgreementRecord>("list_agreements")
                                      .where("$?::uuid IN (t.provider, t.buyer)", organisation)
                                      .then("ORDER BY t.id")
                                      .run(tx));
    out.reserve(records.size());
    for (AgreementRecord& record : records)
        out.push_back(std::move(record.agreement));
    return out;
}

}  // namespace suanpan::db
