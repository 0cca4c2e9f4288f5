#include "tests/chaos/cluster.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace suanpan::chaos {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPause{10};
constexpr milliseconds kStopPatience{30'000};
constexpr std::size_t kShownLog = 1'000;  // of its end

std::int64_t true_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

UnkindWorld* make_world(const std::filesystem::path& path, std::int64_t speed) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0 || ::ftruncate(file, sizeof(UnkindWorld)) != 0)
        throw std::system_error(errno, std::generic_category(), path.string());
    void* page = ::mmap(nullptr, sizeof(UnkindWorld), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (page == MAP_FAILED) throw std::system_error(errno, std::generic_category(), path.string());
    auto* world = new (page) UnkindWorld{};
    world->origin_ns = true_ns();
    world->speed = speed;
    return world;
}

}  // namespace

Cluster::Cluster(ClusterOptions options, const Postgres& postgres) : options_(std::move(options)) {
    conninfo_ = postgres.conninfo() + " dbname=" + options_.database;
    world_ = make_world(options_.folder / "world", options_.speed);
    for (std::size_t i = 0; i < kNodes; ++i) {
        Node& node = nodes_.at(i);
        node.folder = options_.folder / ("node" + std::to_string(i));
        std::filesystem::create_directories(node.folder);
        node.proxy = std::make_unique<PgProxy>(node.folder / "pg", postgres.socket());
        node.port = support::free_port();
    }
}

Cluster::~Cluster() {
    for (Node& node : nodes_)
        node.process.reset();
    ::munmap(world_, sizeof(UnkindWorld));
}

void Cluster::start(std::size_t node, const Environment& more) {
    Node& it = nodes_.at(node);
    std::filesystem::remove(it.folder / "port");
    support::ChildProcess::Options options;
    options.program = options_.server;
    options.arguments = {"--listen",
                         "127.0.0.1:" + std::to_string(it.port),
                         "--port-file",
                         it.folder / "port",
                         "--data",
                         data(node),
                         "--log-level",
                         "warning",
                         "--publish-interval-ms",
                         "100"};
    if (!options_.policy.empty())
        options.arguments.insert(options.arguments.end(), {"--policy", options_.policy});
    options.environment = {
        {"SUANPAN_DATABASE", "host=" + (it.folder / "pg").string() + " port=5432 user=postgres " +
                                 "dbname=" + options_.database},
        {"LD_PRELOAD", options_.preload.string()},
        {kUnkindWorldVariable, (options_.folder / "world").string()}};
    options.environment.insert(options_.environment.begin(), options_.environment.end());
    options.environment.insert(more.begin(), more.end());
    options.output = it.folder / "log";
    it.process = std::make_unique<support::ChildProcess>(options);
}

void Cluster::kill(std::size_t node) {
    if (nodes_.at(node).process) nodes_.at(node).process->kill_now();
}

void Cluster::signal(std::size_t node, int number) {
    nodes_.at(node).process->send_signal(number);
}

bool Cluster::is_running(std::size_t node) {
    return nodes_.at(node).process && nodes_.at(node).process->running();
}

void Cluster::share_keys() {
    std::filesystem::create_directories(data(1));
    for (const auto& file : std::filesystem::directory_iterator(data(0))) {
        if (file.is_regular_file() && file.path().filename() != "lock")
            std::filesystem::copy(file.path(), data(1) / file.path().filename());
    }
}

std::string Cluster::stop() {
    std::optional<int> status;
    for (const std::size_t node : {standby(), leader()}) {
        signal(node, SIGTERM);
        status = nodes_.at(node).process->wait(kStopPatience);
    }
    if (status == 0) return {};
    const std::string text = log(leader());
    return "it ended with " + (status ? std::to_string(*status) : "nothing in time") + ": " +
           text.substr(text.size() - std::min(text.size(), kShownLog));
}

bool Cluster::answers(const Node& node) const {
    return node.process && node.process->running() && std::filesystem::exists(node.folder / "port");
}

std::optional<std::size_t> Cluster::wait_leader(milliseconds patience,
                                                std::optional<std::size_t> not_this) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    do {
        for (std::size_t node = 0; node < kNodes; ++node) {
            if (node == not_this || !answers(nodes_.at(node))) continue;
            leader_ = node;
            return node;
        }
        std::this_thread::sleep_for(kPause);
    } while (std::chrono::steady_clock::now() < deadline);
    return std::nullopt;
}

bool Cluster::find_leader() {
    const bool first = answers(nodes_.front());
    if (first == answers(nodes_.back())) return false;
    leader_ = first ? 0 : 1;
    return true;
}

std::string Cluster::url(std::size_t node) const {
    return "http://127.0.0.1:" + std::to_string(nodes_.at(node).port);
}

std::filesystem::path Cluster::data(std::size_t node) const {
    return nodes_.at(node).folder / "data";
}

std::string Cluster::log(std::size_t node) const {
    return nodes_.at(node).process->output();
}

std::int64_t Cluster::now_s() const {
    return believed_ns(*world_, true_ns()) / 1'000'000'000;
}

}  // namespace suanpan::chaos
