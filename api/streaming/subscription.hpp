#pragma once

// One channel of one client: a snapshot, then every change after it, without a gap.
//
// The snapshot is read from the database while changes already come in; those that it holds are
// told apart from those that follow by the log's size at which each was committed. The numbers
// `seq` of a client's channel count up by one from the snapshot's 0.

#include "api/streaming/channel.hpp"
#include "api/streaming/outlet.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::api {

// Not thread-safe.
class Subscription {
 public:
    Subscription(std::shared_ptr<Outlet> outlet, Channel channel, OrganisationId organisation)
        : outlet_(std::move(outlet)),
          channel_(std::move(channel)),
          name_(to_string(channel_)),
          organisation_(organisation) {}

    [[nodiscard]] const Channel& channel() const { return channel_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const OrganisationId& organisation() const { return organisation_; }
    [[nodiscard]] const std::shared_ptr<Outlet>& outlet() const { return outlet_; }

    // `items`: a JSON array, as it stood when the log had `size` entries and the price index was
    // fixed until `fixed`.
    void begin(LogIndex size, const std::string& items, bool complete, Time fixed = Time());
    // What a commit that made the log `size` entries long has changed.
    void change(LogIndex size, const std::string& items);
    // The price index was fixed at `at`, which is no entry of the log.
    void fix(Time at, const std::string& items);
    // The client has left the channel: a snapshot that is still on its way is not for it.
    void end() { ended_ = true; }

 private:
    // Came before the snapshot.
    struct Early {
        LogIndex size;
        std::optional<Time> fixed;  // it is a fixing of that time
        std::string items;
    };

    void keep(Early early);
    void tell(const std::string& items);

    std::shared_ptr<Outlet> outlet_;
    Channel channel_;
    std::string name_;
    OrganisationId organisation_;
    bool begun_ = false;
    bool ended_ = false;
    LogIndex from_;  // the snapshot has what was committed up to here,
    Time fixed_;     // and fixed up to here
    LogIndex told_;  // the log's size as it was told last
    std::vector<Early> early_;
    std::size_t early_bytes_ = 0;
    std::int64_t seq_ = 0;
};
using SubscriptionPtr = std::shared_ptr<Subscription>;

// {"type":"snapshot","channel":…,"seq":…,"log_size":…,"complete":…,"items":…}
std::string snapshot_message(std::string_view channel, std::int64_t seq, LogIndex size,
                             bool complete, std::string_view items);
// {"type":"changes","channel":…,"seq":…,"log_size":…,"items":…}
std::string changes_message(std::string_view channel, std::int64_t seq, LogIndex size,
                            std::string_view items);

}  // namespace suanpan::api
