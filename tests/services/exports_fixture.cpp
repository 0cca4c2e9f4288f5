#include "tests/services/exports_fixture.hpp"

#include "base/check.hpp"
#include "base/time.hpp"

#include <stdexcept>

namespace suanpan::services {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

template <typename IdType>
IdType numbered(std::uint64_t number) {
    IdType id;
    id.bytes[0] = 1;
    for (std::size_t i = 15; number > 0; --i, number /= 256)
        id.bytes[i] = static_cast<std::uint8_t>(number % 256);
    return id;
}

db::BilledLine make_line(const db::BilledLease& lease, const settlement::WindowInput& input,
                         const std::vector<settlement::OwnerShare>& owners, std::int64_t index) {
    const auto line = settlement::waterfall(lease.terms, input, owners);
    CHECK(line);
    db::BilledLine out;
    out.row.run = numbered<RunId>(1);
    out.row.lease = lease.id;
    out.row.window = input.window;
    out.row.lot_us = input.final_lot_us;
    out.row.paid_us = settlement::paid_lot_us(input);
    out.row.currency = lease.market.currency;
    out.row.line = *line;
    out.row.readings = {LogIndex(7), LogIndex(9)};
    out.row.index = LogIndex(index);
    for (const auto& owner : owners)
        out.row.owners.push_back(owner.owner);
    out.posted = Time(input.window.end.value + 600);
    return out;
}

}  // namespace

OrganisationId laboratory() {
    return numbered<OrganisationId>(2);
}
OrganisationId data_centre() {
    return numbered<OrganisationId>(3);
}
OrganisationId co_owner() {
    return numbered<OrganisationId>(4);
}

Billed small_lease() {
    Billed out;
    db::BilledLease& lease = out.lease;
    lease.id = numbered<LeaseId>(5);
    lease.buyer = laboratory();
    lease.provider = data_centre();
    lease.pool = numbered<PoolId>(6);
    lease.market = {"AI-FP16", "CNY"};
    lease.buyer_name = "A Laboratory, \"north\" & <Co>";
    lease.provider_name = "=cmd(Data Centre)";
    lease.model = "a100-80gb";
    lease.site = numbered<SiteId>(7);
    lease.site_name = "Qingyang 1";
    lease.hub = "gansu";
    lease.buyer_project = numbered<ProjectId>(8);
    lease.buyer_project_name = "Weather & <climate>";
    const Time start = *parse_time("2026-11-30T22:00:00Z");
    settlement::ContractTerms& terms = lease.terms;
    terms = {Price(5'000'000),
             Unit::kLot,
             Rate(140'400),
             Lots(2),
             {start, Time(start.value + 7'200)},
             {}};
    terms.fees = {Ppm(10'000), Ppm(8'000), Price(0), Price(0), Ppm(60'000), Ppm(1'000)};
    const std::vector<settlement::OwnerShare> owners{{data_centre(), Ppm(700'000)},
                                                     {co_owner(), Ppm(300'000)}};
    settlement::WindowInput input;
    input.window = {start, Time(start.value + 3'600)};
    input.final_lot_us = 2 * kHourUs;
    input.discount = Ppm(50'000);
    input.voucher_share = Ppm(500'000);
    input.voucher_left = Money(2'000'000);
    out.lines.push_back(make_line(lease, input, owners, 40));
    out.lines.back().invoice = "INV-2026-000007";
    input.window = {input.window.end, terms.window.end};
    input.final_lot_us = kHourUs + 1'200'000'000;  // a lot of the two was away for 40 minutes
    input.credit = Ppm(250'000);
    input.voucher_left = Money(0);
    out.lines.push_back(make_line(lease, input, owners, 40));
    return out;
}

Billed metered_lease() {
    Billed out = small_lease();
    out.lines.clear();
    settlement::WindowInput input;
    input.window = {out.lease.terms.window.start, Time(out.lease.terms.window.start.value + 3'600)};
    input.final_lot_us = 2 * kHourUs;
    input.metered = settlement::MeteredUse{kHourUs / 5, Ppm(50'000)};
    out.lines.push_back(make_line(out.lease, input, {{data_centre(), Ppm(kPpm)}}, 40));
    return out;
}

std::vector<Billed> random_leases(std::mt19937_64& random, std::size_t count) {
    const auto below = [&random](std::int64_t n) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    const OrganisationId all[] = {laboratory(), data_centre(), co_owner()};
    const std::string currencies[] = {"CNY", "EUR"};
    std::vector<Billed> out;
    for (std::size_t i = 0; i < count; ++i) {
        Billed billed = small_lease();
        billed.lines.clear();
        db::BilledLease& lease = billed.lease;
        lease.id = numbered<LeaseId>(1'000 + i);
        lease.buyer = all[below(3)];
        lease.provider = all[below(3)];
        lease.market.currency = currencies[below(2)];
        const Time start(1'800'000'000 + below(10'000) * 60);
        lease.terms = {Price(1 + below(50'000'000)),
                       below(2) == 0 ? Unit::kLot : Unit::kCu,
                       Rate(1 + below(500'000)),
                       Lots(1 + below(100)),
                       {start, Time(start.value + 3'600 * (1 + below(5)))},
                       {}};
        lease.terms.fees = {Ppm(below(50'000)), Ppm(below(50'000)),  Price(below(1'000)),
                            Price(0),           Ppm(below(100'000)), Ppm(below(20'000))};
        const Ppm share(1 + below(999'998));
        const std::vector<settlement::OwnerShare> owners{{all[below(3)], share},
                                                         {all[below(3)], Ppm(kPpm - share.value)}};
        for (Time at = start; at < lease.terms.window.end; at.value += 3'600) {
            settlement::WindowInput input;
            input.window = {at, Time(at.value + 3'600)};
            // Enough that the provider's flat fee never exceeds what it sells for.
            input.final_lot_us = lease.terms.lots.value * (kHourUs - below(kHourUs / 2));
            input.credit = Ppm(below(3) == 0 ? below(kPpm / 2) : 0);
            input.discount = Ppm(below(2) == 0 ? below(kPpm / 2) : 0);
            input.voucher_share = Ppm(below(kPpm));
            input.voucher_left = Money(below(10'000'000));
            billed.lines.push_back(
                make_line(lease, input, owners, 100 + static_cast<std::int64_t>(i)));
        }
        out.push_back(std::move(billed));
    }
    return out;
}

StatementHeading heading_of(const OrganisationId& organisation) {
    StatementHeading heading;
    heading.asked.organisation = organisation;
    heading.asked.from = *parse_time("2026-11-01T00:00:00Z");
    heading.asked.until = *parse_time("2026-12-01T00:00:00Z");
    heading.name = "A Laboratory, \"north\" & <Co>";
    heading.operator_name = "The Exchange";
    heading.point = {LogIndex(41), *parse_time("2026-12-01T00:10:00Z")};
    AccountPeriod& available = heading.accounts[{"CNY", "available"}];
    available.opening = Money(1'000'000'000);
    available.movements = {{"order", Money(-22'260'000)}, {"settlement", Money(5'000'000)}};
    available.closing = Money(982'740'000);
    return heading;
}

std::string written(StatementWriter& writer, const StatementHeading& heading,
                    const std::vector<Billed>& leases) {
    TextOf out;
    writer.begin(heading, out);
    for (const Billed& billed : leases) {
        for (const db::BilledLine& line : billed.lines)
            writer.line(billed.lease, line, out);
    }
    writer.finish(totals_of(heading.asked.organisation, leases), out);
    return out.text;
}

TotalsByCurrency totals_of(const OrganisationId& organisation, const std::vector<Billed>& leases) {
    TotalsByCurrency totals;
    for (const Billed& billed : leases) {
        for (const db::BilledLine& line : billed.lines)
            add_line(totals, organisation, billed.lease, line);
    }
    return totals;
}

std::vector<CsvRow> read_csv(std::string_view text) {
    std::vector<std::vector<std::string>> rows(1, {""});
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string& cell = rows.back().back();
        if (quoted && text.substr(i, 2) == "\"\"") {
            cell += text[i++];
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && text[i] == ',') {
            rows.back().emplace_back();
        } else if (!quoted && text.substr(i, 2) == "\r\n") {
            rows.push_back({""});
            ++i;
        } else {
            cell += text[i];
        }
    }
    if (rows.back() != std::vector<std::string>{""}) throw std::runtime_error("no CRLF at the end");
    rows.pop_back();
    std::vector<CsvRow> out;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        if (rows[i].size() != rows[0].size())
            throw std::runtime_error("row " + std::to_string(i) + " has " +
                                     std::to_string(rows[i].size()) + " cells");
        CsvRow row;
        for (std::size_t column = 0; column < rows[0].size(); ++column)
            row[rows[0][column]] = rows[i][column];
        out.push_back(std::move(row));
    }
    return out;
}

}  // namespace suanpan::services
