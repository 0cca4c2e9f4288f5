#include "db/queries/signing_keys.hpp"

#include "db/paging.hpp"
#include "db/table_signing_keys.hpp"

namespace suanpan::db {

std::optional<core::SigningKeyRow> find_signing_key(Tx& tx, const SigningKeyId& id) {
    return read_one<core::SigningKeyRow>(
        select_from<core::SigningKeyRow>("find_signing_key").where("t.id = $?::uuid", id).run(tx));
}

Listed<core::SigningKeyRow> list_signing_keys(Tx& tx,
                                              const std::optional<OrganisationId>& organisation,
                                              const Page& page) {
    Select select = select_from<core::SigningKeyRow>("list_signing_keys");
    select.where("t.organisation = $?::uuid", organisation);
    return list_page<core::SigningKeyRow>(tx, std::move(select), page);
}

}  // namespace suanpan::db
