#pragma once

// Lists are read in pages: in the order of a cursor, with one row more than asked for to know
// whether there are more (api "Lists").

#include "base/ids.hpp"

#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace suanpan::db {

struct Page {
    std::optional<IdBytes> after;  // the id of the last row seen
    std::int64_t limit = 50;       // 1..200
    bool newest_first = false;     // ids sort by time
};

template <typename T>
struct Listed {
    std::vector<T> rows;
    bool has_more = false;
};

// Of rows that were asked for with one more than `limit`.
template <typename T>
Listed<T> cut(std::vector<T> rows, std::int64_t limit) {
    const bool has_more = std::ssize(rows) > limit;
    if (has_more) rows.pop_back();
    return {std::move(rows), has_more};
}

}  // namespace suanpan::db
