#include "services/exports/statement_csv.hpp"

#include "base/decimal.hpp"
#include "base/time.hpp"
#include "services/exports/csv.hpp"

namespace suanpan::services {
namespace {

constexpr std::string_view kColumns =
    "lease,window_start,window_end,market,pool,model,hub,provider,provider_name,currency,"
    "buyer,buyer_name,project,lots,price,price_unit,rate,lot_us,sale,credit,discount,amount,"
    "voucher,buyer_fee,buyer_tax,buyer_pays,provider_fee,withheld,provider_gets,"
    "share,correction,run,log_index,readings,invoice,guarantees\r\n";

std::string join(const std::vector<LogIndex>& readings) {
    std::string out;
    for (const LogIndex index : readings)
        out += (out.empty() ? "" : " ") + std::to_string(index.value);
    return out;
}

// What the window missed of what is guaranteed.
std::string join(const std::vector<settlement::MissedGuarantee>& missed) {
    std::string out;
    for (const settlement::MissedGuarantee& each : missed) {
        out += (out.empty() ? "" : " ") + std::string(settlement::to_string(each.quantity)) + "=" +
               std::to_string(each.value);
    }
    return out;
}

class StatementCsv final : public StatementWriter {
 public:
    explicit StatementCsv(std::optional<OrganisationId> viewer) : viewer_(viewer) {}

    void begin(const StatementHeading& heading, settlement::TextSink& out) override {
        organisation_ = heading.asked.organisation;
        out.write(kColumns);
    }

    void line(const db::BilledLease& lease, const db::BilledLine& line,
              settlement::TextSink& out) override {
        const bool buyer = !viewer_ || *viewer_ == lease.buyer;
        const bool provider = !viewer_ || *viewer_ == lease.provider;
        std::string text = thing(lease, line);
        text += buyer || provider ? sale(lease, line) : ",,,,,,,,,,,,";
        text += buyer ? buyer_side(line.row.line) : ",,,,";
        text += provider ? provider_side(line.row.line) : ",,,";
        text += csv_row(
            {share(line.row), line.correction ? "correction" : "", to_string(line.row.run),
             std::to_string(line.row.index.value), buyer || provider ? join(line.row.readings) : "",
             buyer ? line.invoice : "", buyer || provider ? join(line.row.missed) : ""});
        out.write(text);
    }

    void finish(const TotalsByCurrency&, settlement::TextSink&) override {}

 private:
    static std::string cells(std::initializer_list<std::string_view> cells) {
        std::string out;
        for (const std::string_view cell : cells) {
            out += cell;
            out += ',';
        }
        return out;
    }
    static std::string thing(const db::BilledLease& lease, const db::BilledLine& line) {
        return cells({to_string(lease.id), to_string(line.row.window.start),
                      to_string(line.row.window.end), matching::to_string(lease.market),
                      to_string(lease.pool), csv_text(lease.model), csv_text(lease.hub),
                      to_string(lease.provider), csv_text(lease.provider_name), line.row.currency});
    }
    std::string sale(const db::BilledLease& lease, const db::BilledLine& line) const {
        const settlement::WaterfallLine& sums = line.row.line;
        return cells({to_string(lease.buyer), csv_text(lease.buyer_name), project(lease),
                      std::to_string(lease.terms.lots.value), to_string(lease.terms.price),
                      matching::to_string(lease.terms.price_unit), to_string(lease.terms.rate),
                      std::to_string(line.row.lot_us), to_string(sums.sale), to_string(sums.credit),
                      to_string(sums.discount), to_string(sums.amount)});
    }
    // An order's project is its organisation's own business.
    [[nodiscard]] std::string project(const db::BilledLease& lease) const {
        const bool buyer = organisation_ == lease.buyer;
        const ProjectId& project = buyer ? lease.buyer_project : lease.provider_project;
        const bool own = buyer || organisation_ == lease.provider;
        return own && !project.is_nil() ? to_string(project) : std::string();
    }
    static std::string buyer_side(const settlement::WaterfallLine& sums) {
        return cells({to_string(sums.voucher), to_string(sums.buyer_fee), to_string(sums.buyer_tax),
                      to_string(sums.buyer_pays)});
    }
    static std::string provider_side(const settlement::WaterfallLine& sums) {
        return cells({to_string(sums.provider_fee), to_string(sums.withheld),
                      to_string(sums.provider_gets)});
    }
    // Titles of a pool may name an owner more than once.
    [[nodiscard]] std::string share(const core::SettlementLineRow& row) const {
        Int128 sum = 0;
        bool owns = false;
        for (std::size_t i = 0; i < row.owners.size(); ++i) {
            if (row.owners[i] != organisation_) continue;
            owns = true;
            sum += row.line.owners.at(i).value;
        }
        const auto share = narrow(sum);
        return owns && share ? to_string(Money(*share)) : std::string();
    }

    std::optional<OrganisationId> viewer_;
    OrganisationId organisation_;
};

}  // namespace

std::unique_ptr<StatementWriter> make_statement_csv(std::optional<OrganisationId> viewer) {
    return std::make_unique<StatementCsv>(viewer);
}

}  // namespace suanpan::services
