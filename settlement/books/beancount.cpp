// https://beancount.github.io/docs/beancount_language_syntax.html

#include "base/time.hpp"
#include "settlement/books/chart.hpp"
#include "settlement/books/journal_writer.hpp"

#include <map>
#include <set>
#include <utility>

namespace suanpan::settlement {
namespace {

constexpr std::int64_t kDay = 86'400;

std::string date_of(Time time) {
    return to_string(time).substr(0, 10);
}

class Beancount final : public JournalWriter {
 public:
    Beancount(JournalHeading heading, TextSink& out)
        : heading_(std::move(heading)), chart_(heading_.organisation), out_(out) {}

    void begin() override {
        std::string text;
        for (const std::string& comment : heading_.comments)
            text += "; " + comment + "\n";
        text +=
            "; check with: bean-check <this file>\n\noption \"title\" \"compute exchange\"\n"
            "option \"inferred_tolerance_default\" \"*:0\"\n";
        out_.write(text);
    }

    // A balance is that of the day's beginning: so opened the day before, and asserted.
    void opening(const std::vector<AccountBalance>& balances, Time from) override {
        if (balances.empty()) return;
        const Time before(from.value - kDay);
        std::vector<Booked> opened;
        std::map<std::string, Int128> sums;
        for (const AccountBalance& row : balances) {
            opened.push_back(chart_.balance(row.account, row.balance));
            sums[row.account.currency] -= opened.back().micro;
        }
        for (const auto& [currency, micro] : sums)
            opened.push_back({"Equity:Opening-Balances", currency, micro});
        std::string text =
            openings(opened, before) + "\n" + date_of(before) + " * \"opening balances\"\n";
        for (const Booked& one : opened)
            text += posting(one);
        text += "\n";
        for (const Booked& one : opened)
            text += assertion(one, from);
        out_.write(text);
    }

    void entry(const settlement::JournalEntry& entry) override {
        const std::vector<Booked> postings = chart_.book(entry);
        if (postings.empty()) return;
        std::string text = openings(postings, entry.time) + "\n" + date_of(entry.time) + " * \"" +
                           entry.reason + "\"\n  journal: \"" + to_string(entry.id) +
                           "\"\n  entry: \"" + std::to_string(entry.index.value) +
                           "\"\n  time: \"" + to_string(entry.time) + "\"\n";
        for (const Booked& one : postings)
            text += posting(one);
        out_.write(text);
    }

    void finish(const std::vector<AccountBalance>& balances, Time last) override {
        std::string text = "\n";
        for (const AccountBalance& row : balances) {
            const Booked closing = chart_.balance(row.account, row.balance);
            if (!moved_.contains({closing.account, closing.currency})) continue;
            text += assertion(closing, Time(last.value + kDay));
        }
        out_.write(text);
    }

 private:
    static std::string posting(const Booked& booked) {
        return "  " + booked.account + "  " + money_text(booked.micro) + " " + booked.currency +
               "\n";
    }
    static std::string assertion(const Booked& booked, Time day) {
        // Without "~ 0" it would let one micro-unit pass.
        return date_of(day) + " balance " + booked.account + "  " + money_text(booked.micro) +
               " ~ 0 " + booked.currency + "\n";
    }
    std::string openings(const std::vector<Booked>& postings, Time time) {
        std::string text;
        for (const Booked& one : postings) {
            moved_.insert({one.account, one.currency});
            if (opened_.insert(one.account).second)
                text += "\n" + date_of(time) + " open " + one.account + "\n";
        }
        return text;
    }

    JournalHeading heading_;
    Chart chart_;
    TextSink& out_;
    std::set<std::string> opened_;
    std::set<std::pair<std::string, std::string>> moved_;  // account and currency
};

}  // namespace

std::unique_ptr<JournalWriter> make_beancount(JournalHeading heading, TextSink& out) {
    return std::make_unique<Beancount>(std::move(heading), out);
}

}  // namespace suanpan::settlement
