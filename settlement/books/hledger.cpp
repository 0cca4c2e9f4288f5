// https://hledger.org/hledger.html, "Journal".

#include "base/time.hpp"
#include "settlement/books/chart.hpp"
#include "settlement/books/journal_writer.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace suanpan::settlement {
namespace {

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
}

std::string commodity(const std::string& currency) {
    return is_word(currency) ? currency : "\"" + currency + "\"";
}

std::string date_of(Time time) {
    return to_string(time).substr(0, 10);
}

class Hledger final : public JournalWriter {
 public:
    Hledger(JournalHeading heading, TextSink& out)
        : heading_(std::move(heading)), chart_(heading_.organisation), out_(out) {}

    void begin() override {
        std::string text;
        for (const std::string& comment : heading_.comments)
            text += "; " + comment + "\n";
        text += "; check with: hledger -f <this file> check --strict\n\ndecimal-mark .\n";
        out_.write(text);
    }

    // Asserted posting by posting, against what balances them.
    void opening(const std::vector<AccountBalance>& balances, Time from) override {
        std::vector<Booked> opened = booked(balances);
        if (opened.empty()) return;
        std::string text = declarations(opened) +
                           declarations({{"Equity:Opening-Balances", opened.front().currency, 0}}) +
                           "\n" + date_of(from) + " opening balances\n";
        std::map<std::string, Int128> sums;
        for (const Booked& one : opened) {
            sums[one.currency] -= one.micro;
            text += posting(one, " = " + amount(one));
        }
        for (const auto& [currency, micro] : sums)
            text += posting({"Equity:Opening-Balances", currency, micro}, "");
        out_.write(text);
    }

    void entry(const settlement::JournalEntry& entry) override {
        const std::vector<Booked> postings = chart_.book(entry);
        if (postings.empty()) return;
        std::string text = declarations(postings) + "\n" + date_of(entry.time) + " (" +
                           to_string(entry.id) + ") " + entry.reason +
                           "  ; entry: " + std::to_string(entry.index.value) +
                           ", time: " + to_string(entry.time) + "\n";
        for (const Booked& one : postings)
            text += posting(one, "");
        out_.write(text);
    }

    void finish(const std::vector<AccountBalance>& balances, Time last) override {
        const std::vector<Booked> closing = booked(balances);
        if (closing.empty()) return;
        std::string text =
            declarations(closing) + "\n" + date_of(last) + " balances after the last entry\n";
        for (const Booked& one : closing)
            text += posting({one.account, one.currency, 0}, " = " + amount(one));
        out_.write(text);
    }

 private:
    [[nodiscard]] std::vector<Booked> booked(const std::vector<AccountBalance>& balances) const {
        std::vector<Booked> out;
        out.reserve(balances.size());
        for (const AccountBalance& row : balances)
            out.push_back(chart_.balance(row.account, row.balance));
        return out;
    }
    static std::string amount(const Booked& booked) {
        return money_text(booked.micro) + " " + commodity(booked.currency);
    }
    static std::string posting(const Booked& booked, const std::string& assertion) {
        return "    " + booked.account + "  " + amount(booked) + assertion + "\n";
    }
    // `hledger check --strict` wants both.
    std::string declarations(const std::vector<Booked>& postings) {
        std::string text;
        for (const Booked& one : postings) {
            const std::string unit = commodity(one.currency);
            if (declared_.insert(unit).second) text += "\ncommodity 1000.000000 " + unit + "\n";
            if (declared_.insert(one.account).second) text += "\naccount " + one.account + "\n";
        }
        return text;
    }

    JournalHeading heading_;
    Chart chart_;
    TextSink& out_;
    std::set<std::string> declared_;
};

}  // namespace

std::unique_ptr<JournalWriter> make_hledger(JournalHeading heading, TextSink& out) {
    return std::make_unique<Hledger>(std::move(heading), out);
}

}  // namespace suanpan::settlement
