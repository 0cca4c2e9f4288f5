#include "services/exports/exports.hpp"

#include "base/time.hpp"
#include "db/queries/billing.hpp"
#include "services/exports/focus_csv.hpp"
#include "services/exports/line_pages.hpp"
#include "services/exports/payouts_csv.hpp"
#include "settlement/books/journal_writer.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace suanpan::services {
namespace {

constexpr std::int64_t kEntriesAtOnce = 1'000;
constexpr std::int64_t kOrganisationsAtOnce = 100;

class FocusText final : public PagedText {
 public:
    FocusText(const db::Reader& database, const db::BillingFilter& filter, FocusCsv focus)
        : pages_(database, filter), focus_(std::move(focus)) {}

 private:
    bool write_page(settlement::TextSink& out) override {
        if (!std::exchange(begun_, true)) {
            FocusCsv::begin(out);
            return true;
        }
        return pages_.next([&](const db::BilledLease& lease, const db::BilledLine& line) {
            focus_.line(lease, line, out);
        });
    }

    LinePages pages_;
    FocusCsv focus_;
    bool begun_ = false;
};

std::vector<settlement::AccountBalance> as_balances(const std::vector<core::BalanceRow>& rows) {
    std::vector<settlement::AccountBalance> out;
    out.reserve(rows.size());
    for (const core::BalanceRow& row : rows)
        out.push_back({row.account, row.balance});
    return out;
}

// What stands around the entries. Closing balances that nothing can have moved since are those
// that the market itself keeps, so that the journal is checked against them.
struct JournalFrame {
    settlement::JournalHeading heading;
    std::vector<settlement::AccountBalance> opening;
    std::vector<settlement::AccountBalance> closing;
    db::JournalFeed feed;
    Time last;  // no entry is later
};

JournalFrame read_frame(const db::Reader& database, const ExportRequest& request) {
    return database.snapshot("journal_frame", [&request](db::Tx& tx) {
        JournalFrame frame;
        const db::LogPoint point = db::read_log_point(tx);
        const auto& whose = request.organisation;
        frame.feed = {whose, request.from, request.until, point.size};
        // Where nothing was logged since, the books are closed on the day they open.
        frame.last =
            std::max(request.from, std::min(Time(request.until.value - 1), point.last_time));
        frame.opening = as_balances(db::sum_balances(tx, whose, request.from, point.size));
        frame.closing = as_balances(point.last_time < request.until
                                        ? db::list_all_balances(tx, whose)
                                        : db::sum_balances(tx, whose, request.until, point.size));
        const std::string name =
            db::find_organisation_name(tx, whose ? *whose : db::find_operator(tx));
        frame.heading.organisation = whose;
        frame.heading.comments = {
            (whose ? "books of " + to_string(*whose) : std::string("books of the exchange")) +
                (name.empty() ? "" : ", " + name),
            to_string(request.from) + " to " + to_string(request.until) + ", as of entry " +
                std::to_string(point.size.value) + " of the log"};
        return frame;
    });
}

class JournalText final : public PagedText {
 public:
    JournalText(const db::Reader& database, std::string format, JournalFrame frame)
        : database_(database), format_(std::move(format)), frame_(std::move(frame)) {}

 private:
    bool write_page(settlement::TextSink& out) override {
        if (!writer_) {
            auto made = settlement::make_journal_writer(format_, frame_.heading, out);
            writer_ = std::move(*made);  // the format was checked
            writer_->begin();
            writer_->opening(frame_.opening, frame_.feed.from);
            return true;
        }
        const auto entries = database_.read("journal_after", [this](db::Tx& tx) {
            return db::list_journal_after(tx, frame_.feed, place_, kEntriesAtOnce);
        });
        for (const settlement::JournalEntry& entry : entries)
            writer_->entry(entry);
        if (!entries.empty()) place_ = {entries.back().index, entries.back().id};
        if (static_cast<std::int64_t>(entries.size()) == kEntriesAtOnce) return true;
        writer_->finish(frame_.closing, frame_.last);
        return false;
    }

    db::Reader database_;
    std::string format_;
    JournalFrame frame_;
    std::unique_ptr<settlement::JournalWriter> writer_;
    db::JournalPlace place_;
};

class PayoutsText final : public PagedText {
 public:
    PayoutsText(const db::Reader& database, std::optional<OrganisationId> whose)
        : database_(database), whose_(whose) {}

 private:
    bool write_page(settlement::TextSink& out) override {
        if (!std::exchange(begun_, true)) begin_payouts(out);
        const auto payouts = database_.read("payouts", [this](db::Tx& tx) {
            return db::list_payouts(tx, whose_, after_, kOrganisationsAtOnce);
        });
        for (const db::Payout& payout : payouts)
            write_payout(payout, out);
        if (payouts.empty()) return false;
        after_ = payouts.back().organisation;
        return true;
    }

    db::Reader database_;
    std::optional<OrganisationId> whose_;
    OrganisationId after_;
    bool begun_ = false;
};

}  // namespace

std::unique_ptr<TextSource> focus_text(const db::Reader& database, const ExportRequest& request) {
    return database.snapshot("focus_heading", [&](db::Tx& tx) -> std::unique_ptr<TextSource> {
        const db::BillingFilter filter{request.organisation, request.project, request.from,
                                       request.until, db::read_log_point(tx).size};
        const std::string name = db::find_organisation_name(tx, db::find_operator(tx));
        return std::make_unique<FocusText>(
            database, filter, FocusCsv(name.empty() ? "Suanpan" : name, request.organisation));
    });
}

Result<std::unique_ptr<TextSource>> journal_text(const db::Reader& database,
                                                 std::string_view format,
                                                 const ExportRequest& request) {
    if (format != "hledger" && format != "beancount")
        return fail("unknown_word", "a journal is hledger or beancount");
    return std::make_unique<JournalText>(database, std::string(format),
                                         read_frame(database, request));
}

std::unique_ptr<TextSource> payouts_text(const db::Reader& database,
                                         const std::optional<OrganisationId>& organisation) {
    return std::make_unique<PayoutsText>(database, organisation);
}

}  // namespace suanpan::services
