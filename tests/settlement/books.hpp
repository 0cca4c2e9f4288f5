#pragma once

// Journals for the tests of their writers.

#include "settlement/accounts.hpp"
#include "settlement/books/journal_writer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::settlement {

class TextOf final : public TextSink {
 public:
    void write(std::string_view piece) override { text += piece; }
    std::string text;
};

template <typename IdType>
IdType numbered(std::uint8_t number) {
    IdType id;
    id.bytes[0] = 1;
    id.bytes[15] = number;
    return id;
}
inline const OrganisationId kOperator = numbered<OrganisationId>(1);
inline const OrganisationId kBuyer = numbered<OrganisationId>(2);
inline const OrganisationId kSeller = numbered<OrganisationId>(3);
inline const Time kMorning{1'800'000'000};  // 2027-01-15T08:00:00Z

inline settlement::Posting post(const OrganisationId& whose, settlement::AccountKind kind,
                                std::int64_t micro, const std::string& currency = "CNY") {
    return {{whose, currency, kind}, Money(micro)};
}

inline settlement::JournalEntry entry(std::uint8_t number, const std::string& reason,
                                      std::vector<settlement::Posting> postings) {
    return {numbered<JournalId>(number), Time(kMorning.value + number * 3600), reason,
            LogIndex(number), std::move(postings)};
}

// A deposit, an order's hold, a settled window with fees and tax, a release, a withdrawal.
inline std::vector<settlement::JournalEntry> small_day() {
    using Kind = settlement::AccountKind;
    return {
        entry(1, "deposit",
              {post(kOperator, Kind::kCash, -100'000'000),
               post(kBuyer, Kind::kAvailable, 100'000'000)}),
        entry(2, "order",
              {post(kBuyer, Kind::kAvailable, -20'200'000), post(kBuyer, Kind::kHeld, 20'200'000)}),
        entry(3, "settlement",
              {post(kBuyer, Kind::kHeld, -20'200'000), post(kBuyer, Kind::kAvailable, 100'001),
               post(kOperator, Kind::kFees, 300'000), post(kOperator, Kind::kTax, 99'999),
               post(kSeller, Kind::kPending, 19'700'000)}),
        entry(4, "time",
              {post(kSeller, Kind::kPending, -19'700'000),
               post(kSeller, Kind::kAvailable, 19'700'000)}),
        entry(5, "withdrawal",
              {post(kSeller, Kind::kAvailable, -700'000), post(kOperator, Kind::kCash, 700'000)})};
}

// Balances after these entries, of one organisation or of all.
inline std::vector<AccountBalance> balances_after(
    const std::vector<settlement::JournalEntry>& entries,
    const std::optional<OrganisationId>& whose) {
    std::map<settlement::AccountKey, Money> sums;
    for (const auto& one : entries) {
        for (const auto& posting : one.postings) {
            if (!whose || posting.account.organisation == *whose)
                sums[posting.account].value += posting.amount.value;
        }
    }
    std::vector<AccountBalance> out;
    for (const auto& [account, balance] : sums)
        out.push_back({account, balance});
    return out;
}

// The journal of entries [begin, end), its opening the entries before.
inline std::string journal_of(std::string_view format,
                              const std::vector<settlement::JournalEntry>& entries,
                              const std::optional<OrganisationId>& whose, std::size_t begin = 0) {
    TextOf out;
    const auto writer = make_journal_writer(format, {whose, {"books of a test"}}, out);
    const auto first = entries.begin() + static_cast<std::ptrdiff_t>(begin);
    (*writer)->begin();
    (*writer)->opening(balances_after({entries.begin(), first}, whose), first->time);
    for (auto at = first; at != entries.end(); ++at)
        (*writer)->entry(*at);
    (*writer)->finish(balances_after(entries, whose), entries.back().time);
    return out.text;
}

}  // namespace suanpan::settlement
