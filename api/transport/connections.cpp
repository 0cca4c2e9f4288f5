#include "api/transport/connections.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace suanpan::api {

namespace net = boost::asio;

bool Connection::move_on(Moment::rep to) {
    Moment::rep from = state_;
    while (from != kEnded) {
        if (state_.compare_exchange_weak(from, to)) return true;
    }
    return false;
}

std::size_t SessionShared::open() const {
    const std::lock_guard lock(mutex_);
    return connections_.size();
}

bool SessionShared::try_add(const std::shared_ptr<Connection>& connection) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    if (connections_.size() >= limits_.connections && !end_longest_waiting()) return false;
    connections_.insert(connection);
    return true;
}

// It counts no more from here on, though its socket closes a moment later. States change while they
// are looked at, so the choice may take several looks; each that fails means that another
// connection has moved on.
bool SessionShared::end_longest_waiting() {
    constexpr int kLooks = 8;
    for (int look = 0; look < kLooks; ++look) {
        auto longest = connections_.end();
        auto since = Connection::Moment::max();
        for (auto at = connections_.begin(); at != connections_.end(); ++at) {
            const auto waits_since = (*at)->waits_since();
            if (waits_since < since) {
                longest = at;
                since = waits_since;
            }
        }
        if (longest == connections_.end()) return false;
        if (!(*longest)->end_if_waiting_since(since)) continue;
        net::post((*longest)->stream.get_executor(),
                  [connection = *longest] { connection->stream.close(); });
        connections_.erase(longest);
        return true;
    }
    return false;
}

void SessionShared::remove(const std::shared_ptr<Connection>& connection) {
    const std::lock_guard lock(mutex_);
    connections_.erase(connection);
    changed_.notify_all();
}

bool SessionShared::try_add_web_socket() {
    if (++web_sockets_ <= limits_.web_sockets) return true;
    --web_sockets_;
    return false;
}

void SessionShared::ask_to_stop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& connection : connections_) {
        net::post(connection->stream.get_executor(), [connection] {
            if (connection->reads) connection->stream.cancel();
        });
    }
}

void SessionShared::wait_until_idle(std::chrono::seconds grace) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, grace, [this] { return connections_.empty(); });
}

}  // namespace suanpan::api
