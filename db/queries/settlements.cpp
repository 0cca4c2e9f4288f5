#include "db/queries/settlements.hpp"

#include "db/paging.hpp"
#include "db/table_trading.hpp"

namespace suanpan::db {
namespace {

constexpr std::int64_t kFetch = 1'000;

LineInfo read_line(const pqxx::row& row) {
    RowReader reader(row);
    LineInfo info;
    fields(reader, info.row);
    const auto parties = reader.row<LeaseParties>();
    info.buyer = parties.buyer;
    info.provider = parties.provider;
    info.pool = parties.pool;
    info.market = parties.market;
    info.terms = parties.terms;
    return info;
}

}  // namespace

std::optional<core::RunRow> find_run(Tx& tx, const RunId& id) {
    return read_one<core::RunRow>(
        select_from<core::RunRow>("find_run").where("t.id = $?::uuid", id).run(tx));
}

std::optional<core::RunRow> find_run_of_range(Tx& tx, LogIndex from, LogIndex to) {
    return read_one<core::RunRow>(select_from<core::RunRow>("find_run_of_range")
                                      .where("t.from_index = $?::bigint", from)
                                      .where("t.to_index = $?::bigint", to)
                                      .then("ORDER BY t.log_index LIMIT 1")
                                      .run(tx));
}

std::optional<core::RunRow> find_last_run(Tx& tx) {
    return read_one<core::RunRow>(select_from<core::RunRow>("find_last_run")
                                      .then("ORDER BY t.to_index DESC, t.log_index DESC LIMIT 1")
                                      .run(tx));
}

Listed<core::RunRow> list_runs(Tx& tx, const Page& page) {
    return list_page<core::RunRow>(tx, select_from<core::RunRow>("list_runs"), page);
}

std::int64_t for_each_line(Tx& tx, const LineFilter& filter,
                           const std::function<void(const LineInfo&)>& visit) {
    Select select("for_each_line",
                  select_list("t", columns<core::SettlementLineRow>()) + ", " +
                      select_list("l", columns<LeaseParties>()),
                  "settlement_line AS t JOIN lease AS l ON l.id = t.lease");
    // What corrected a line of the run later is not the run's.
    select.where("t.run = $?::uuid AND t.dispute IS NULL", filter.run)
        .where("(l.buyer = $?::uuid OR l.provider = $?::uuid OR $?::uuid = ANY (t.owners))",
               filter.party)
        .where("t.lease = $?::uuid", filter.lease)
        .where(
            "t.voucher_micro <> 0 AND t.grant_id IN"
            " (SELECT g.id FROM voucher_grant AS g WHERE g.programme = $?::uuid)",
            filter.programme)
        .where("t.end_s > $?::bigint", filter.from)
        .where("t.end_s <= $?::bigint", filter.until)
        .then("ORDER BY t.end_s, t.lease, t.run, t.log_index");
    if (filter.limit) select.then("LIMIT " + std::to_string(*filter.limit));
    // A cursor of the server's: it ends with the transaction, and is closed for the next call.
    run_statement(tx, "for_each_line", "DECLARE lines NO SCROLL CURSOR FOR " + select.text(),
                  select.parameters());
    std::int64_t count = 0;
    while (true) {
        const auto rows = run_statement(tx, "for_each_line",
                                        "FETCH " + std::to_string(kFetch) + " FROM lines", {});
        for (const auto& row : rows)
            visit(read_line(row));
        count += static_cast<std::int64_t>(rows.size());
        if (rows.size() < static_cast<std::size_t>(kFetch)) break;
    }
    run_statement(tx, "for_each_line", "CLOSE lines", {});
    return count;
}

std::optional<std::pair<std::int64_t, std::int64_t>> find_highest_reading(Tx& tx,
                                                                          const LeaseId& lease,
                                                                          const MeterId& meter) {
    const auto rows =
        run_statement(tx, "find_highest_reading",
                      "SELECT epoch, seq FROM reading WHERE lease = $1::uuid AND meter = $2::uuid"
                      " ORDER BY epoch DESC, seq DESC LIMIT 1",
                      {Column<LeaseId>::encode(lease), Column<MeterId>::encode(meter)});
    if (rows.empty()) return std::nullopt;
    RowReader reader(rows[0]);
    const auto epoch = reader.value<std::int64_t>();
    return std::pair(epoch, reader.value<std::int64_t>());
}

std::map<std::pair<std::int64_t, std::int64_t>, StoredReading> find_stored_readings(
    Tx& tx, const settlement::ReadingBatch& batch) {
    std::vector<std::int64_t> epochs;
    std::vector<std::int64_t> seqs;
    std::vector<std::string> hashes;
    for (const settlement::Reading& reading : batch.readings) {
        epochs.push_back(reading.epoch);
        seqs.push_back(reading.seq);
        hashes.push_back(to_hex(as_chars(reading.hash)));
    }
    const auto rows =
        run_statement(tx, "find_stored_readings",
                      "SELECT r.epoch, r.seq, r.hash = decode(g.hash, 'hex'), r.log_index"
                      " FROM unnest($3::bigint[], $4::bigint[], $5::text[]) AS g (epoch, seq, hash)"
                      " JOIN reading AS r ON r.lease = $1::uuid AND r.meter = $2::uuid"
                      " AND r.epoch = g.epoch AND r.seq = g.seq",
                      {Column<LeaseId>::encode(batch.lease), Column<MeterId>::encode(batch.meter),
                       Column<std::vector<std::int64_t>>::encode(epochs),
                       Column<std::vector<std::int64_t>>::encode(seqs),
                       Column<std::vector<std::string>>::encode(hashes)});
    std::map<std::pair<std::int64_t, std::int64_t>, StoredReading> out;
    for (const auto& row : rows) {
        RowReader reader(row);
        const auto epoch = reader.value<std::int64_t>();
        const auto seq = reader.value<std::int64_t>();
        StoredReading& stored = out[{epoch, seq}];
        stored.same = reader.value<bool>();
        stored.index = reader.value<LogIndex>();
    }
    return out;
}

namespace {

void narrow(Select& select, const ReadingFilter& filter) {
    select.where("t.lease = $?::uuid", filter.lease);
    if (!filter.window) return;
    select.where("t.start_s < $?::bigint", filter.window->end);
    select.where("t.end_s > $?::bigint", filter.window->start);
}

}  // namespace

Listed<core::ReadingRow> list_readings(Tx& tx, const ReadingFilter& filter,
                                       const ReadingPage& page) {
    const std::int64_t limit = std::clamp<std::int64_t>(page.limit, 1, 200);
    Select select = select_from<core::ReadingRow>("list_readings");
    narrow(select, filter);
    const auto rows =
        select
            .then("ORDER BY t.start_s, t.meter, t.epoch, t.seq LIMIT " + std::to_string(limit + 1))
            .then("OFFSET " + std::to_string(std::max<std::int64_t>(page.offset, 0)))
            .run(tx);
    Page sized;
    sized.limit = limit;
    return listed<core::ReadingRow>(
        rows, sized, [](RowReader& reader) { return reader.row<core::ReadingRow>(); });
}

std::map<MeterId, settlement::MeterRole> meter_roles(
    Tx& tx, const std::vector<core::ReadingRow>& readings) {
    std::set<MeterId> meters;
    for (const core::ReadingRow& reading : readings)
        meters.insert(reading.meter);
    const auto rows = run_statement(
        tx, "meter_roles", "SELECT id, role FROM meter_side WHERE id = ANY ($1::uuid[])",
        {Column<std::vector<MeterId>>::encode({meters.begin(), meters.end()})});
    std::map<MeterId, settlement::MeterRole> out;
    for (const auto& row : rows) {
        RowReader reader(row);
        const auto meter = reader.value<MeterId>();
        out.emplace(meter, reader.value<settlement::MeterRole>());
    }
    return out;
}

std::vector<ReadingChain> list_chains(Tx& tx, const ReadingFilter& filter) {
    Select select("list_chains",
                  "t.meter, m.role, count(*),"
                  " array_agg(DISTINCT t.log_index ORDER BY t.log_index)",
                  "reading AS t JOIN meter_side AS m ON m.id = t.meter");
    narrow(select, filter);
    const auto rows = select.then("GROUP BY t.meter, m.role ORDER BY m.role, t.meter").run(tx);
    std::vector<ReadingChain> out;
    for (const auto& row : rows) {
        RowReader reader(row);
        ReadingChain& chain = out.emplace_back();
        chain.meter = reader.value<MeterId>();
        chain.role = reader.value<settlement::MeterRole>();
        chain.readings = reader.value<std::int64_t>();
        chain.entries = reader.value<std::vector<LogIndex>>();
    }
    return out;
}

std::optional<core::FinalWindowRow> find_window(Tx& tx, const LeaseId& lease, Time start) {
    return read_one<core::FinalWindowRow>(select_from<core::FinalWindowRow>("find_window")
                                              .where("t.lease = $?::uuid", lease)
                                              .where("t.start_s = $?::bigint", start)
                                              .run(tx));
}

std::vector<core::FinalWindowRow> list_windows(Tx& tx, const LeaseId& lease) {
    return read_all<core::FinalWindowRow>(select_from<core::FinalWindowRow>("list_windows")
                                              .where("t.lease = $?::uuid", lease)
                                              .then("ORDER BY t.end_s")
                                              .run(tx));
}

}  // namespace suanpan::db
