#include "tests/chaos/soak.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <stdexcept>

namespace suanpan::chaos {
namespace {

constexpr std::size_t kShownTables = 8;
constexpr std::int64_t kMore = 8;  // a pool's connections and threads come and go

std::int64_t status_field(const std::string& folder, const std::string& name) {
    std::ifstream in(folder + "/status");
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(name + ":")) return std::stoll(line.substr(name.size() + 1));
    }
    throw std::runtime_error("no " + name + " in " + folder + "/status");
}

ProcessFigures look_at(pid_t process) {
    const std::string folder = "/proc/" + std::to_string(process);
    ProcessFigures out;
    out.resident_kib = status_field(folder, "VmRSS");
    out.threads = status_field(folder, "Threads");
    out.descriptors = std::distance(std::filesystem::directory_iterator(folder + "/fd"),
                                    std::filesystem::directory_iterator());
    return out;
}

std::string mib(std::int64_t kib) {
    return fmt::format("{:.1f}", static_cast<double>(kib) / 1024);
}

void print_row(const std::string& what, const std::vector<Held>& looks,
               std::int64_t (*value)(const Held&)) {
    const Held& first = looks.front();
    const Held& middle = looks[looks.size() / 2];
    const Held& last = looks.back();
    const std::int64_t entries = last.entries - middle.entries;
    std::cout << fmt::format(
        "  {:<28}{:>12}{:>12}{:>12}{:>18}\n", what, value(first), value(middle), value(last),
        entries <= 0
            ? "-"
            : fmt::format("{:.2f}", 1'000.0 * static_cast<double>(value(last) - value(middle)) /
                                        static_cast<double>(entries)));
}

}  // namespace

Held look_at(Sql& sql, const Cluster& cluster, std::int64_t seconds) {
    Held out;
    out.seconds = seconds;
    out.entries = std::stoll(sql.value("SELECT next_index FROM log_head"));
    for (std::size_t node = 0; node < Cluster::kNodes; ++node)
        out.servers.at(node) = look_at(cluster.process(node));
    out.connections = std::stoll(
        sql.value("SELECT count(*) - 1 FROM pg_stat_activity"
                  " WHERE datname = current_database() AND backend_type = 'client backend'"));
    out.database_kib = std::stoll(sql.value("SELECT pg_database_size(current_database()) / 1024"));
    for (const Row& row :
         sql.rows("SELECT relname, pg_total_relation_size(oid) / 1024 FROM pg_class"
                  " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                  " ORDER BY 2 DESC, 1"))
        out.tables.emplace_back(row.at(0), std::stoll(row.at(1)));
    return out;
}

std::string describe(const Held& held) {
    std::string out = fmt::format("{} s, {} entries: ", held.seconds, held.entries);
    for (const ProcessFigures& server : held.servers)
        out += fmt::format("{} MiB, {} descriptors, {} threads; ", mib(server.resident_kib),
                           server.descriptors, server.threads);
    return out +
           fmt::format("{} connections, database {} MiB", held.connections, mib(held.database_kib));
}

Violations check_held(const std::vector<Held>& looks) {
    Violations out;
    if (looks.size() < 2) return out;
    const Held& before = looks[1];
    const Held& after = looks.back();
    const auto compare = [&out](const std::string& what, std::int64_t from, std::int64_t to) {
        if (to > from + kMore)
            out.push_back(
                {"nothing grows but with the log", fmt::format("{}: {}, then {}", what, from, to)});
    };
    for (std::size_t node = 0; node < Cluster::kNodes; ++node) {
        const std::string server = "of server " + std::to_string(node);
        compare("descriptors " + server, before.servers.at(node).descriptors,
                after.servers.at(node).descriptors);
        compare("threads " + server, before.servers.at(node).threads,
                after.servers.at(node).threads);
    }
    compare("connections", before.connections, after.connections);
    return out;
}

void print_held(const std::vector<Held>& looks) {
    if (looks.empty()) return;
    std::cout << fmt::format("\nHeld{:>36}{:>12}{:>12}{:>18}\n", "first", "middle", "last",
                             "by 1,000 entries");
    print_row("seconds", looks, [](const Held& held) { return held.seconds; });
    print_row("entries of the log", looks, [](const Held& held) { return held.entries; });
    print_row("leader, KiB", looks, [](const Held& held) { return held.servers[0].resident_kib; });
    print_row("leader, descriptors", looks,
              [](const Held& held) { return held.servers[0].descriptors; });
    print_row("leader, threads", looks, [](const Held& held) { return held.servers[0].threads; });
    print_row("standby, KiB", looks, [](const Held& held) { return held.servers[1].resident_kib; });
    print_row("connections", looks, [](const Held& held) { return held.connections; });
    print_row("database, KiB", looks, [](const Held& held) { return held.database_kib; });
    std::map<std::string, std::int64_t> before;
    for (const auto& [table, kib] : looks[looks.size() / 2].tables)
        before[table] = kib;
    const auto& tables = looks.back().tables;
    const double entries =
        static_cast<double>(looks.back().entries - looks[looks.size() / 2].entries);
    std::cout << "Largest tables with their indexes, and what they grew in the second half\n";
    for (std::size_t i = 0; i < std::min(kShownTables, tables.size()); ++i) {
        const auto& [table, kib] = tables[i];
        std::cout << fmt::format(
            "  {:<28}{:>12} KiB{:>12} KiB{:>14}\n", table, kib, kib - before[table],
            entries <= 0
                ? ""
                : fmt::format("{:.0f} B/entry",
                              1'024.0 * static_cast<double>(kib - before[table]) / entries));
    }
}

}  // namespace suanpan::chaos
