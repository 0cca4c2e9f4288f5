#include "settlement/books/journal_writer.hpp"

#include "base/decimal.hpp"
#include "base/time.hpp"

#include <utility>

namespace suanpan::settlement {
namespace {

class Csv final : public JournalWriter {
 public:
    Csv(JournalHeading heading, TextSink& out) : heading_(std::move(heading)), out_(out) {}

    void begin() override {
        out_.write("entry,time,journal,reason,organisation,currency,account,amount\r\n");
    }
    void opening(const std::vector<AccountBalance>&, Time) override {}
    void entry(const settlement::JournalEntry& entry) override {
        std::string text;
        for (const auto& posting : entry.postings) {
            const settlement::AccountKey& account = posting.account;
            if (heading_.organisation && *heading_.organisation != account.organisation) continue;
            text += std::to_string(entry.index.value) + "," + to_string(entry.time) + "," +
                    to_string(entry.id) + "," + entry.reason + "," +
                    to_string(account.organisation) + "," + account.currency + "," +
                    std::string(settlement::to_string(account.kind)) + "," +
                    to_string(posting.amount) + "\r\n";
        }
        out_.write(text);
    }
    void finish(const std::vector<AccountBalance>&, Time) override {}

 private:
    JournalHeading heading_;
    TextSink& out_;
};

}  // namespace

Result<std::unique_ptr<JournalWriter>> make_journal_writer(std::string_view format,
                                                           JournalHeading heading, TextSink& out) {
    std::unique_ptr<JournalWriter> writer;
    if (format == "hledger") {
        writer = make_hledger(std::move(heading), out);
    } else if (format == "beancount") {
        writer = make_beancount(std::move(heading), out);
    } else if (format == "csv") {
        writer = std::make_unique<Csv>(std::move(heading), out);
    } else {
        return fail("unknown_word", "the format is one of hledger, beancount, csv");
    }
    return writer;
}

}  // namespace suanpan::settlement
