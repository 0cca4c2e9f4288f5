#include "matching/lane_rows.hpp"

namespace suanpan::matching {

void PriceRows::move(std::uint32_t lane, int to) {
    if (rows_.empty()) first_ = to;
    // No lane is of a class below the first, and all are in the last row's.
    while (to < first_) {
        rows_.insert(rows_.begin(), none_);
        --first_;
    }
    while (to - first_ >= static_cast<int>(rows_.size()))
        rows_.push_back(rows_.empty() ? none_ : rows_.back());
    const int end = first_ + static_cast<int>(rows_.size());
    const int from = std::min(classes_[lane], end);
    const bool better = to < from;
    for (int row = std::min(from, to); row < std::max(from, to); ++row)
        set_bit(rows_[static_cast<std::size_t>(row - first_)], lane, better);
    classes_[lane] = to;
}

}  // namespace suanpan::matching
