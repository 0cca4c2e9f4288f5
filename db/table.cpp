#include "db/table.hpp"

#include "db/table_accounts.hpp"
#include "db/table_agreements.hpp"

namespace suanpan::db {

JournalRecord to_record(const settlement::JournalEntry& entry) {
    JournalRecord record{entry.id, entry.time, entry.reason, entry.index,   {},
                         {},       {},         {},           entry.reverses};
    for (const settlement::Posting& posting : entry.postings) {
        record.organisations.push_back(posting.account.organisation);
        record.currencies.push_back(posting.account.currency);
        record.accounts.push_back(posting.account.kind);
        record.amounts.push_back(posting.amount);
    }
    return record;
}

settlement::JournalEntry from_record(const JournalRecord& record) {
    settlement::JournalEntry entry{record.id,    record.time, record.reason,
                                   record.index, {},          record.reverses};
    const std::size_t count = record.amounts.size();
    if (record.organisations.size() != count || record.currencies.size() != count ||
        record.accounts.size() != count)
        throw BadRow("the postings of a journal entry are not of one length");
    for (std::size_t i = 0; i < count; ++i) {
        entry.postings.push_back(
            settlement::Posting{{record.organisations[i], record.currencies[i], record.accounts[i]},
                                record.amounts[i]});
    }
    return entry;
}

CashRecord to_record(const core::CashRow& row) {
    CashRecord record{row, {}, std::nullopt};
    if (row.move.reverses) {
        record.reverses = row.move.reverses->original;
        record.reason = row.move.reverses->reason;
    }
    return record;
}

core::CashRow from_record(CashRecord record) {
    if (record.reason) record.row.move.reverses = core::Reversal{record.reverses, *record.reason};
    return std::move(record.row);
}

OperatorRequestRecord to_record(const core::OperatorRequestRow& row) {
    OperatorRequestRecord record{row.approval, {}, {}, {}, {}, row.index};
    if (const auto* month = std::get_if<core::CloseMonth>(&row.act)) {
        record.month = month->month;
        return record;
    }
    const auto& key = std::get<core::TrustKey>(row.act);
    record.payment_key = key.id;
    record.organisation = key.organisation;
    record.key = key.key;
    return record;
}

core::OperatorRequestRow from_record(const OperatorRequestRecord& record) {
    core::OperatorRequestRow row{{}, record.approval, record.index};
    if (record.month)
        row.act = core::CloseMonth{*record.month};
    else
        row.act = core::TrustKey{record.payment_key, record.organisation, record.key.value()};
    return row;
}

AgreementRecord to_record(const settlement::DiscountAgreement& agreement) {
    return {agreement.id, agreement.provider, agreement.buyer, agreement, agreement.index};
}

}  // namespace suanpan::db
