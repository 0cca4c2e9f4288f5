#include "apps/suanpan-audit/journal_writer.hpp"

#include "base/bytes.hpp"
#include "base/checked.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <set>

namespace suanpan::audit {
namespace {

using settlement::AccountKey;
using settlement::AccountKind;
using settlement::JournalEntry;

constexpr std::int64_t kDay = 86'400;

std::string date_of(Time time) {
    return to_string(time).substr(0, 10);
}

// −2^63 has no opposite among 64-bit numbers: so as text.
std::string opposite(Money amount) {
    if (amount.value == 0) return to_string(amount);
    const std::string text = to_string(amount);
    return text.starts_with('-') ? text.substr(1) : "-" + text;
}

// What a bookkeeper calls it.
std::string_view group_of(AccountKind kind) {
    switch (kind) {
        case AccountKind::kCash:
        case AccountKind::kReceivable: return "assets";
        case AccountKind::kFees: return "income";
        default: return "liabilities";
    }
}

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
}

class Hledger final : public JournalWriter {
 public:
    explicit Hledger(std::ostream& out) : out_(out) {}

    void begin(const ledger::Checkpoint& checkpoint, const std::string& source) override {
        out_ << "; log " << checkpoint.origin << ", " << checkpoint.size << " entries, root "
             << to_hex(as_chars(checkpoint.root)) << "\n; read from " << source
             << "\n; check with: hledger -f <this file> check --strict\n\ndecimal-mark .\n";
    }

    void entry(const JournalEntry& entry) override {
        for (const auto& posting : entry.postings)
            declare(posting.account);
        out_ << '\n'
             << date_of(entry.time) << " (" << to_string(entry.id) << ") " << entry.reason
             << "  ; entry: " << entry.index.value << ", time: " << to_string(entry.time) << '\n';
        for (const auto& posting : entry.postings) {
            out_ << "    " << name_of(posting.account) << "  " << opposite(posting.amount) << ' '
                 << commodity(posting.account.currency) << '\n';
        }
    }

    void finish(const std::vector<core::BalanceRow>& balances, Time last) override {
        if (balances.empty()) return;
        for (const core::BalanceRow& row : balances)
            declare(row.account);
        out_ << '\n' << date_of(last) << " balances after the last entry\n";
        for (const core::BalanceRow& row : balances) {
            const std::string unit = commodity(row.account.currency);
            out_ << "    " << name_of(row.account) << "  0.000000 " << unit << " = "
                 << opposite(row.balance) << ' ' << unit << '\n';
        }
    }

 private:
    static std::string name_of(const AccountKey& account) {
        return std::string(group_of(account.kind)) + ":" + to_string(account.organisation) + ":" +
               std::string(settlement::to_string(account.kind));
    }
    static std::string commodity(const std::string& currency) {
        return is_word(currency) ? currency : "\"" + currency + "\"";
    }
    // `hledger check --strict` wants both.
    void declare(const AccountKey& account) {
        const std::string unit = commodity(account.currency);
        if (declared_.insert(unit).second) out_ << "\ncommodity 1000.000000 " << unit << '\n';
        const std::string name = name_of(account);
        if (declared_.insert(name).second) out_ << "\naccount " << name << '\n';
    }

    std::ostream& out_;
    std::set<std::string> declared_;
};

class Beancount final : public JournalWriter {
 public:
    explicit Beancount(std::ostream& out) : out_(out) {}

    void begin(const ledger::Checkpoint& checkpoint, const std::string& source) override {
        out_ << "; log " << checkpoint.origin << ", " << checkpoint.size << " entries, root "
             << to_hex(as_chars(checkpoint.root)) << "\n; read from " << source
             << "\n; check with: bean-check <this file>\n\noption \"title\" \""
             << "compute exchange\"\noption \"inferred_tolerance_default\" \"*:0\"\n";
    }

    void entry(const JournalEntry& entry) override {
        for (const auto& posting : entry.postings)
            open(posting.account, entry.time);
        out_ << '\n'
             << date_of(entry.time) << " * \"" << entry.reason << "\"\n  journal: \""
             << to_string(entry.id) << "\"\n  entry: \"" << entry.index.value << "\"\n  time: \""
             << to_string(entry.time) << "\"\n";
        for (const auto& posting : entry.postings) {
            out_ << "  " << name_of(posting.account) << "  " << opposite(posting.amount) << ' '
                 << posting.account.currency << '\n';
        }
    }

    // A balance is that of the day's beginning, so it is asserted of the next day's.
    void finish(const std::vector<core::BalanceRow>& balances, Time last) override {
        out_ << '\n';
        for (const core::BalanceRow& row : balances) {
            if (!opened_.contains(row.account)) continue;
            out_ << date_of(Time(last.value + kDay)) << " balance " << name_of(row.account) << "  "
                 << opposite(row.balance) << ' ' << row.account.currency << '\n';
        }
    }

 private:
    // Each part of a name begins with a capital and holds letters, digits and '-'.
    static std::string part(std::string_view text) {
        std::string out;
        bool capital = true;
        for (const char c : text) {
            const bool small = c >= 'a' && c <= 'z';
            out += c == '_' ? '-' : small && capital ? static_cast<char>(c - 32) : c;
            capital = false;
        }
        return out;
    }
    static std::string name_of(const AccountKey& account) {
        return part(group_of(account.kind)) + ":" + part(to_string(account.organisation)) + ":" +
               part(settlement::to_string(account.kind));
    }
    void open(const AccountKey& account, Time time) {
        if (!opened_.insert(account).second) return;
        if (!named_.insert(name_of(account)).second) return;  // another currency of the same
        out_ << '\n' << date_of(time) << " open " << name_of(account) << '\n';
    }

    std::ostream& out_;
    std::set<AccountKey> opened_;
    std::set<std::string> named_;
};

class Csv final : public JournalWriter {
 public:
    explicit Csv(std::ostream& out) : out_(out) {}

    void begin(const ledger::Checkpoint&, const std::string&) override {
        out_ << "entry,time,journal,reason,organisation,currency,account,amount\r\n";
    }
    void entry(const JournalEntry& entry) override {
        for (const auto& posting : entry.postings) {
            out_ << entry.index.value << ',' << to_string(entry.time) << ',' << to_string(entry.id)
                 << ',' << entry.reason << ',' << to_string(posting.account.organisation) << ','
                 << posting.account.currency << ',' << settlement::to_string(posting.account.kind)
                 << ',' << to_string(posting.amount) << "\r\n";
        }
    }
    void finish(const std::vector<core::BalanceRow>&, Time) override {}

 private:
    std::ostream& out_;
};

}  // namespace

Result<std::unique_ptr<JournalWriter>> make_journal_writer(std::string_view format,
                                                           std::ostream& out) {
    std::unique_ptr<JournalWriter> writer;
    if (format == "hledger") {
        writer = std::make_unique<Hledger>(out);
    } else if (format == "beancount") {
        writer = std::make_unique<Beancount>(out);
    } else if (format == "csv") {
        writer = std::make_unique<Csv>(out);
    } else {
        return fail("unknown_word", "the format is one of hledger, beancount, csv");
    }
    return writer;
}

}  // namespace suanpan::audit
