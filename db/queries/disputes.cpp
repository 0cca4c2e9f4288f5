#include "db/queries/disputes.hpp"

#include "db/paging.hpp"
#include "db/table_disputes.hpp"

namespace suanpan::db {

std::optional<core::DisputeRow> find_dispute(Tx& tx, const DisputeId& id) {
    return read_one<core::DisputeRow>(
        select_from<core::DisputeRow>("find_dispute").where("t.id = $?::uuid", id).run(tx));
}

Listed<core::DisputeRow> list_disputes(Tx& tx, const DisputeFilter& filter, const Page& page) {
    Select select = select_from<core::DisputeRow>("list_disputes");
    select.where("($?::uuid IN (t.buyer, t.provider) OR t.owners @> ARRAY[$?::uuid])", filter.party)
        .where("t.lease = $?::uuid", filter.lease)
        .where("t.state = $?::text", filter.state)
        .where("(t.ended_s IS NULL) = $?::boolean", filter.open);
    return list_page<core::DisputeRow>(tx, std::move(select), page);
}

std::optional<core::ArbiterKeyRow> find_arbiter_key(Tx& tx, const SigningKeyId& id) {
    return read_one<core::ArbiterKeyRow>(
        select_from<core::ArbiterKeyRow>("find_arbiter_key").where("t.id = $?::uuid", id).run(tx));
}

Listed<core::ArbiterKeyRow> list_arbiter_keys(Tx& tx,
                                              const std::optional<OrganisationId>& organisation,
                                              const Page& page) {
    Select select = select_from<core::ArbiterKeyRow>("list_arbiter_keys");
    select.where("t.organisation = $?::uuid", organisation);
    return list_page<core::ArbiterKeyRow>(tx, std::move(select), page);
}

}  // namespace suanpan::db
