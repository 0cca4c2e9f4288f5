#include "db/table_titles.hpp"

namespace suanpan::db {

template <>
core::TitleState parse_word(std::string_view text) {
    return get(core::parse_title_state(text));
}

TitleRecord to_record(const core::TitleRow& row) {
    TitleRecord record;
    record.pool = row.pool;
    record.from = row.title.from;
    record.index = row.title.index;
    record.state = row.state;
    record.missing = row.missing;
    record.refused_by = row.refused_by;
    for (const settlement::OwnerShare& share : row.title.shares) {
        record.owners.push_back(share.owner);
        record.shares.push_back(share.share);
    }
    for (const settlement::TitleWord& word : row.title.words) {
        record.confirmed_by.push_back(word.owner);
        record.confirmed_at.push_back(word.time);
        record.confirmed_index.push_back(word.index);
    }
    return record;
}

core::TitleRow from_record(const TitleRecord& record) {
    const std::size_t words = record.confirmed_by.size();
    if (record.owners.size() != record.shares.size() || record.confirmed_at.size() != words ||
        record.confirmed_index.size() != words)
        throw BadRow("the shares or the words of a title are not of one length");
    core::TitleRow row{record.pool,
                       {record.from, {}, record.index},
                       record.state,
                       record.missing,
                       record.refused_by};
    for (std::size_t i = 0; i < record.owners.size(); ++i)
        row.title.shares.push_back({record.owners[i], record.shares[i]});
    for (std::size_t i = 0; i < words; ++i) {
        row.title.words.push_back(
            {record.confirmed_by[i], record.confirmed_at[i], record.confirmed_index[i]});
    }
    return row;
}

}  // namespace suanpan::db
