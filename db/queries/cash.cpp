#include "db/queries/cash.hpp"

#include "db/paging.hpp"
#include "db/table_accounts.hpp"

namespace suanpan::db {
namespace {

Select select_users(std::string_view name) {
    return Select(name,
                  select_list("t", columns<core::UserRow>()) +
                      ", coalesce(n.name, ''), (SELECT count(*) FROM api_key AS k"
                      " WHERE k.person = t.id AND NOT k.revoked),"
                      " (SELECT count(*) FROM api_key AS k WHERE k.person = t.id)",
                  "person AS t LEFT JOIN person_name AS n ON n.person = t.id");
}

UserInfo read_user(RowReader& reader) {
    UserInfo info;
    fields(reader, info.row);
    reader("name", info.name);
    reader("keys", info.keys);
    reader("keys_ever", info.keys_ever);
    return info;
}

std::optional<core::CashRow> one_cash(const pqxx::result& result) {
    auto record = read_one<CashRecord>(result);
    if (!record) return std::nullopt;
    return from_record(std::move(*record));
}

}  // namespace

std::optional<UserInfo> find_user(Tx& tx, const UserId& id) {
    const auto rows = select_users("find_user").where("t.id = $?::uuid", id).run(tx);
    if (rows.empty()) return std::nullopt;
    RowReader reader(rows[0]);
    return read_user(reader);
}

std::vector<UserInfo> list_users(Tx& tx, const OrganisationId& organisation) {
    std::vector<UserInfo> out;
    const auto rows = select_users("list_users")
                          .where("t.organisation = $?::uuid", organisation)
                          .then("ORDER BY t.id")
                          .run(tx);
    for (const auto& row : rows) {
        RowReader reader(row);
        out.push_back(read_user(reader));
    }
    return out;
}

std::optional<core::PaymentKeyRow> find_payment_key(Tx& tx, const SigningKeyId& id) {
    return read_one<core::PaymentKeyRow>(
        select_from<core::PaymentKeyRow>("find_payment_key").where("t.id = $?::uuid", id).run(tx));
}

std::vector<core::PaymentKeyRow> list_payment_keys(Tx& tx) {
    return read_all<core::PaymentKeyRow>(
        select_from<core::PaymentKeyRow>("list_payment_keys").then("ORDER BY t.id").run(tx));
}

std::optional<core::CashRow> find_cash(Tx& tx, const ApprovalId& id) {
    return one_cash(select_from<CashRecord>("find_cash").where("t.id = $?::uuid", id).run(tx));
}

std::optional<core::CashRow> find_cash_of(Tx& tx, const JournalId& journal) {
    return one_cash(
        select_from<CashRecord>("find_cash_of").where("t.journal_id = $?::uuid", journal).run(tx));
}

Listed<core::CashRow> list_cash(Tx& tx, const CashFilter& filter, const Page& page) {
    Select select = select_from<CashRecord>("list_cash");
    select.where("t.organisation = $?::uuid", filter.organisation)
        .where("t.state = $?", filter.state);
    turn_page(select, page, "t.id");
    return listed<core::CashRow>(select.run(tx), page, [](RowReader& reader) {
        return from_record(reader.row<CashRecord>());
    });
}

std::optional<core::OperatorRequestRow> find_operator_request(Tx& tx, const ApprovalId& id) {
    const auto record =
        read_one<OperatorRequestRecord>(select_from<OperatorRequestRecord>("find_operator_request")
                                            .where("t.id = $?::uuid", id)
                                            .run(tx));
    if (!record) return std::nullopt;
    return from_record(*record);
}

Listed<core::OperatorRequestRow> list_operator_requests(
    Tx& tx, const std::optional<settlement::ApprovalState>& state, const Page& page) {
    Select select = select_from<OperatorRequestRecord>("list_operator_requests");
    select.where("t.state = $?", state);
    turn_page(select, page, "t.id");
    return listed<core::OperatorRequestRow>(select.run(tx), page, [](RowReader& reader) {
        return from_record(reader.row<OperatorRequestRecord>());
    });
}

}  // namespace suanpan::db
