#pragma once

// The depth of each market as it was read last. It is read anew only after a commit has changed an
// order of the market, once for all who ask meanwhile: what a thousand portals ask for costs one
// query.

#include "core/rows.hpp"
#include "db/queries/trading.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace suanpan::api {

// Thread-safe.
class DepthCache {
 public:
    using Text = std::shared_ptr<const std::string>;
    // Reads the depth and writes it as JSON.
    using Read = std::function<std::string()>;

    // By the market's writer after each commit.
    void committed(const core::Rows& changes);
    // Never older than what was committed before the call.
    Text get(const matching::MarketKey& market, std::int64_t levels, const Read& read);

 private:
    struct Entry {
        std::mutex reading;  // one at a time
        Text text;
        std::uint64_t changes = 0;  // of the market, before it was read
    };
    struct Place {
        std::shared_ptr<Entry> entry;
        std::uint64_t changes = 0;  // of the market, now
    };
    Place place_of(const matching::MarketKey& market, std::int64_t levels);

    mutable std::mutex mutex_;
    std::map<matching::MarketKey, std::uint64_t> changes_;
    std::map<std::pair<matching::MarketKey, std::int64_t>, std::shared_ptr<Entry>> entries_;
};

}  // namespace suanpan::api
