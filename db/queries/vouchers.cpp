#include "db/queries/vouchers.hpp"

#include "db/paging.hpp"
#include "db/table.hpp"
#include "db/table_agreements.hpp"

namespace suanpan::db {
namespace {

ProgrammeInfo read_programme(RowReader& reader) {
    ProgrammeInfo info;
    fields(reader, info.row);
    settlement::ProgrammeTotals& totals = info.totals;
    reader("granted", totals.granted);
    reader("reserved", totals.reserved);
    reader("redeemed", totals.redeemed);
    reader("expired", totals.expired);
    totals.budget = info.row.state.programme.budget;
    totals.ungranted = info.row.state.ungranted;
    return info;
}

// An organisation as columns have it, and as a programme names its funders.
std::optional<std::vector<std::string>> party_names(const std::optional<OrganisationId>& party) {
    if (!party) return std::nullopt;
    return std::vector<std::string>{to_uuid(party->bytes), to_string(*party)};
}

}  // namespace

std::optional<core::ProgrammeRow> find_programme(Tx& tx, const ProgrammeId& id) {
    return read_one<core::ProgrammeRow>(
        select_from<core::ProgrammeRow>("find_programme").where("t.id = $?::uuid", id).run(tx));
}

Listed<ProgrammeInfo> list_programmes(Tx& tx, const std::optional<OrganisationId>& party,
                                      const Page& page) {
    Select select("list_programmes",
                  select_list("t", columns<core::ProgrammeRow>()) +
                      ", g.granted, g.reserved, g.redeemed, g.expired",
                  "voucher_programme AS t CROSS JOIN LATERAL ("
                  "SELECT coalesce(sum(left_micro), 0)::bigint AS granted,"
                  " coalesce(sum(reserved_micro), 0)::bigint AS reserved,"
                  " coalesce(sum(redeemed_micro), 0)::bigint AS redeemed,"
                  " coalesce(sum(expired_micro), 0)::bigint AS expired"
                  " FROM voucher_grant WHERE programme = t.id) AS g");
    if (party) {
        select.where(
            "(t.holder = ($?::text[])[1]::uuid OR EXISTS (SELECT FROM voucher_grant AS o"
            " WHERE o.programme = t.id AND o.organisation = ($?::text[])[1]::uuid)"
            " OR t.programme->'funders' @>"
            " jsonb_build_array(jsonb_build_object('funder', ($?::text[])[2])))",
            party_names(party));
    }
    turn_page(select, page, "t.id");
    return listed<ProgrammeInfo>(select.run(tx), page, read_programme);
}

Listed<core::GrantRow> list_grants(Tx& tx, const GrantFilter& filter, const Page& page) {
    Select select = select_from<core::GrantRow>("list_grants");
    select
        .where(
            "(t.organisation = ($?::text[])[1]::uuid OR EXISTS (SELECT FROM voucher_programme AS p"
            " WHERE p.id = t.programme AND (p.holder = ($?::text[])[1]::uuid"
            " OR p.programme->'funders' @>"
            " jsonb_build_array(jsonb_build_object('funder', ($?::text[])[2])))))",
            party_names(filter.party))
        .where("t.programme = $?::uuid", filter.programme);
    return list_page<core::GrantRow>(tx, std::move(select), page);
}

}  // namespace suanpan::db
