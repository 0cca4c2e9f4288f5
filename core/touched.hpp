#pragma once

// Keys of changed rows: each once, in order of first change.

#include <set>
#include <vector>

namespace suanpan::core {

template <typename Key>
class Touched {
 public:
    void mark(const Key& key) {
        if (seen_.insert(key).second) order_.push_back(key);
    }
    [[nodiscard]] const std::vector<Key>& keys() const { return order_; }
    void clear() {
        seen_.clear();
        order_.clear();
    }

 private:
    std::set<Key> seen_;
    std::vector<Key> order_;
};

}  // namespace suanpan::core
