#pragma once

// What a channel holds at the moment when somebody begins to listen.

#include "api/streaming/channel.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"
#include "db/pool.hpp"

#include <string>

namespace suanpan::api {

struct ChannelSnapshot {
    LogIndex size;      // of the log
    std::string items;  // a JSON array
    bool complete = true;
    Time fixed{};  // the price index is told until here
};

// Open orders and leases that are not closed, the newest first; not complete when there are more
// than kMostItems. Trades: the last kMostTrades of the market. Index: the markets, and the last
// fixing of each that has one. Readings: none, they are a history.
// REQUIRES a transaction that sees one moment, and no book.
inline constexpr std::int64_t kMostItems = 2'000;
inline constexpr std::int64_t kMostTrades = 100;
ChannelSnapshot read_channel(db::Tx& tx, const Channel& channel,
                             const OrganisationId& organisation);

}  // namespace suanpan::api
