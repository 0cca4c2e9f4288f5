#pragma once

// Two servers on one database, each with a data folder and a way to PostgreSQL of its own, as on
// two machines: one leads, the other waits. All of it is called by the main thread, since the
// kernel ends a child with the thread that started it; what is const is thread-safe.

#include "support/child_process.hpp"
#include "tests/chaos/pg_proxy.hpp"
#include "tests/chaos/sql.hpp"
#include "tests/chaos/unkind_world.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::chaos {

struct ClusterOptions {
    std::filesystem::path server;                    // suanpand
    std::filesystem::path preload;                   // what makes its world unkind
    std::filesystem::path folder;                    // for everything that is made
    std::string database;                            // its name
    std::int64_t speed = 60;                         // of the believed clock
    std::filesystem::path policy;                    // of witnesses; empty: none
    std::map<std::string, std::string> environment;  // of every server, more
};

class Cluster {
 public:
    static constexpr std::size_t kNodes = 2;
    using Environment = std::map<std::string, std::string>;

    Cluster(ClusterOptions options, const Postgres& postgres);
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    /// Starts it with more variables, this time only; it waits when another leads.
    void start(std::size_t node, const Environment& more = {});
    void kill(std::size_t node);
    void signal(std::size_t node, int number);
    [[nodiscard]] bool is_running(std::size_t node);
    /// REQUIRES that it was started.
    [[nodiscard]] pid_t process(std::size_t node) const { return nodes_.at(node).process->pid(); }
    /// The second node's folder gets the keys of the first one's, as for a standby.
    void share_keys();
    /// SIGTERM to both, the standby first, which may also have given up waiting; says how the
    /// leader ended when it was not well.
    std::string stop();

    /// The node that last said that it answers. Waits for one of those that run, other than
    /// `not_this`.
    std::optional<std::size_t> wait_leader(std::chrono::milliseconds patience,
                                           std::optional<std::size_t> not_this = std::nullopt);
    /// Exactly one answers: then it leads. One that was deposed answers for a moment more.
    bool find_leader();
    [[nodiscard]] std::size_t leader() const { return leader_; }
    [[nodiscard]] std::size_t standby() const { return 1 - leader_; }

    [[nodiscard]] std::string url(std::size_t node) const;
    [[nodiscard]] std::filesystem::path data(std::size_t node) const;
    [[nodiscard]] std::string log(std::size_t node) const;
    PgProxy& proxy(std::size_t node) { return *nodes_.at(node).proxy; }
    UnkindWorld& world() { return *world_; }
    /// What the servers believe.
    [[nodiscard]] std::int64_t now_s() const;
    /// Of the database itself, past the proxies.
    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }

 private:
    struct Node {
        std::filesystem::path folder;
        std::unique_ptr<PgProxy> proxy;
        std::uint16_t port = 0;
        std::unique_ptr<support::ChildProcess> process;
    };
    [[nodiscard]] bool answers(const Node& node) const;

    ClusterOptions options_;
    std::string conninfo_;
    UnkindWorld* world_ = nullptr;
    std::array<Node, kNodes> nodes_;
    std::size_t leader_ = 0;
};

}  // namespace suanpan::chaos
