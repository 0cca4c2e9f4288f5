#include "db/batch.hpp"

#include "db/sql.hpp"
#include "db/table_trading.hpp"

namespace suanpan::db {
namespace {

template <typename Record, typename Row>
std::vector<Record> records(const std::vector<Row>& rows) {
    std::vector<Record> out;
    out.reserve(rows.size());
    for (const Row& row : rows)
        out.push_back(to_record(row));
    return out;
}

// What refers to another row comes after it.
void write_changes(Tx& tx, const core::Rows& rows) {
    write_rows(tx, rows.organisations);
    write_rows(tx, rows.meters);
    write_rows(tx, rows.markets);
    write_rows(tx, rows.schedules);
    write_rows(tx, rows.models);
    write_rows(tx, rows.sites);
    write_rows(tx, rows.pools);
    write_rows(tx, records<TitleRecord>(rows.titles));
    write_rows(tx, rows.attestations);
    write_rows(tx, rows.blocks);
    write_rows(tx, rows.orders);
    write_rows(tx, rows.trades);
    write_rows(tx, rows.leases);
    write_rows(tx, rows.readings);
    write_rows(tx, rows.windows);
    write_rows(tx, rows.runs);
    write_rows(tx, rows.lines);
    write_rows(tx, rows.pending);
    write_rows(tx, rows.balances);
    write_rows(tx, records<JournalRecord>(rows.journal));
}

struct SideRows {
    std::vector<OrganisationNameRow> names;
    std::vector<ApiKeyRow> keys;
    std::vector<SiteNameRow> sites;
    std::vector<OrderTextRecord> texts;
};

void write_side(Tx& tx, const std::vector<PlacedSideRow>& side) {
    SideRows rows;
    for (const PlacedSideRow& placed : side) {
        if (const auto* name = std::get_if<OrganisationNameRow>(&placed.row))
            rows.names.push_back(*name);
        else if (const auto* key = std::get_if<ApiKeyRow>(&placed.row))
            rows.keys.push_back(*key);
        else if (const auto* site = std::get_if<SiteNameRow>(&placed.row))
            rows.sites.push_back(*site);
        else if (const auto* text = std::get_if<OrderTextRow>(&placed.row); text && placed.order)
            rows.texts.push_back({*placed.order, placed.organisation, *text});
    }
    write_rows(tx, rows.names);
    write_rows(tx, rows.keys);
    write_rows(tx, rows.sites);
    write_rows(tx, rows.texts);
}

void move_head(Tx& tx, const Batch& batch) {
    const core::HeadRow& head = batch.changes.head;
    const std::vector<Cell> parameters{
        std::to_string(head.size.value), std::to_string(head.last_time.value),
        std::to_string(head.next_sequence), std::to_string(batch.expected.value),
        std::to_string(batch.epoch)};
    const auto moved = run_statement(
        tx, "move_log_head",
        "UPDATE log_head SET next_index = $1::bigint, last_time_s = $2::bigint,"
        " next_sequence = $3::bigint WHERE next_index = $4::bigint AND epoch = $5::bigint",
        parameters);
    if (moved.affected_rows() != 1)
        throw LostLeadership("the log was written, or is led, by another server");
}

}  // namespace

void write_batch(Tx& tx, const Batch& batch) {
    write_rows(tx, batch.entries);
    write_changes(tx, batch.changes);
    write_side(tx, batch.side);
    write_rows(tx, batch.responses);
    move_head(tx, batch);
}

}  // namespace suanpan::db
