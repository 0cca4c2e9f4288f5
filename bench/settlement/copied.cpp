#include "bench/settlement/copied.hpp"

#include "bench/ledger/measure.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace suanpan::bench {
namespace {

void run_script(const BenchDatabase& database, const std::filesystem::path& script) {
    const std::string command = fmt::format("psql -X -q -v ON_ERROR_STOP=1 -f '{}' '{}'",
                                            script.string(), database.conninfo());
    // The rival is this program and no other.
    if (std::system(command.c_str()) != 0)  // NOLINT(cert-env33-c)
        throw std::runtime_error("psql failed");
}

}  // namespace

Copied copy_rows(const BenchDatabase& ours, const std::vector<CopiedTable>& tables,
                 const std::filesystem::path& folder) {
    const BenchDatabase target("suanpan_bench_copy");
    std::ofstream out(folder / "export");
    std::ofstream in(folder / "import");
    Copied copied;
    for (const auto& [name, where] : tables) {
        const std::string file = (folder / name).string();
        const std::string rows =
            fmt::format("SELECT {} FROM {} {}", "{}", name, where.empty() ? "" : "WHERE " + where);
        out << "\\copy (" << fmt::format(fmt::runtime(rows), "*") << ") TO '" << file << "'\n";
        in << "\\copy " << name << " FROM '" << file << "'\n";
        copied.rows += std::stoll(ours.query(fmt::format(fmt::runtime(rows), "count(*)")));
    }
    out.close();
    in.close();
    run_script(ours, folder / "export");
    const auto begin = Monotonic::now();
    run_script(target, folder / "import");
    copied.seconds = seconds_since(begin);
    return copied;
}

}  // namespace suanpan::bench
