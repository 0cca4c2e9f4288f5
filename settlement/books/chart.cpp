#include "settlement/books/chart.hpp"

#include "base/check.hpp"

#include <map>
#include <string_view>
#include <utility>

namespace suanpan::settlement {
namespace {

// Each part of a name begins with a capital and holds letters, digits and '-': beancount's rule.
std::string name_part(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool small = c >= 'a' && c <= 'z';
        out += c == '_' ? '-' : small && out.empty() ? static_cast<char>(c - 32) : c;
    }
    return out;
}

std::string kind_part(AccountKind kind) {
    return name_part(settlement::to_string(kind));
}

std::string_view operator_group(AccountKind kind) {
    switch (kind) {
        case AccountKind::kCash:
        case AccountKind::kReceivable: return "Assets";
        case AccountKind::kFees: return "Income";
        default: return "Liabilities";
    }
}

Booked operator_books(const AccountKey& account, Money amount) {
    return {std::string(operator_group(account.kind)) + ":" +
                name_part(to_string(account.organisation)) + ":" + kind_part(account.kind),
            account.currency, -Int128{amount.value}};
}

std::string_view own_group(AccountKind kind) {
    switch (kind) {
        case AccountKind::kBudget:
        case AccountKind::kReserved: return "Assets:Vouchers:";
        case AccountKind::kReceivable:
        case AccountKind::kTax:
        case AccountKind::kSuspense: return "Liabilities:Exchange:";
        case AccountKind::kFees: return "Income:Exchange:";
        default: return "Assets:Exchange:";
    }
}

bool is_operators(AccountKind kind) {
    return kind == AccountKind::kCash || kind == AccountKind::kFees || kind == AccountKind::kTax ||
           kind == AccountKind::kSuspense;
}

Booked own_books(const AccountKey& account, Money amount) {
    const Int128 signed_amount = is_operators(account.kind) ? -Int128{amount.value} : amount.value;
    return {std::string(own_group(account.kind)) + kind_part(account.kind), account.currency,
            signed_amount};
}

std::string_view counterpart(AccountKind kind) {
    switch (kind) {
        case AccountKind::kAvailable:
        case AccountKind::kHeld: return "Expenses:Compute";
        case AccountKind::kBond:
        case AccountKind::kPending:
        case AccountKind::kReceivable: return "Income:Compute";
        case AccountKind::kBudget:
        case AccountKind::kReserved: return "Expenses:Vouchers";
        default: return "Equity:Members";
    }
}

// A funder's share of a budget is no price of computing.
std::string_view counterpart(std::string_view reason, AccountKind kind) {
    return reason == "programme" ? "Expenses:Vouchers" : counterpart(kind);
}

bool moves_cash(std::string_view reason) {
    return reason == "deposit" || reason == "withdrawal";
}

// What the own postings leave open. A move between the organisation's own accounts leaves nothing.
void close_entry(std::string_view reason, const std::vector<const Posting*>& own,
                 std::vector<Booked>& out) {
    std::map<std::string, Int128> net;
    for (const Booked& booked : out)
        net[booked.currency] += booked.micro;
    std::map<std::pair<std::string, std::string>, Int128> open;
    for (std::size_t i = 0; i < own.size(); ++i) {
        const std::string& currency = out[i].currency;
        if (net[currency] == 0) continue;
        const bool bank = moves_cash(reason) && !is_operators(own[i]->account.kind);
        open[{currency,
              std::string(bank ? "Assets:Bank" : counterpart(reason, own[i]->account.kind))}] -=
            out[i].micro;
    }
    for (const auto& [key, micro] : open) {
        if (micro != 0) out.push_back({key.second, key.first, micro});
    }
}

}  // namespace

std::string money_text(Int128 micro) {
    const bool negative = micro < 0;
    const auto magnitude = negative ? -static_cast<Uint128>(micro) : static_cast<Uint128>(micro);
    const auto whole = static_cast<std::uint64_t>(magnitude / 1'000'000);
    const std::string part = std::to_string(static_cast<std::uint64_t>(magnitude % 1'000'000));
    return (negative ? "-" : "") + std::to_string(whole) + "." + std::string(6 - part.size(), '0') +
           part;
}

std::vector<Booked> Chart::book(const JournalEntry& entry) const {
    std::vector<Booked> out;
    std::vector<const Posting*> own;
    for (const Posting& posting : entry.postings) {
        if (!organisation_) {
            out.push_back(operator_books(posting.account, posting.amount));
        } else if (posting.account.organisation == *organisation_) {
            own.push_back(&posting);
            out.push_back(own_books(posting.account, posting.amount));
        }
    }
    if (organisation_) close_entry(entry.reason, own, out);
    return out;
}

Booked Chart::balance(const AccountKey& account, Money balance) const {
    return organisation_ ? own_books(account, balance) : operator_books(account, balance);
}

}  // namespace suanpan::settlement
