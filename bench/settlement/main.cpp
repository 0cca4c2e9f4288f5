// Metering and settlement with PostgreSQL beside them, fsync on: readings over HTTP, and a
// settlement run over very many windows, each against `psql \copy` of the rows it wrote.
//
//   suanpan-bench-settlement [intake | settle] [--rounds N] [--leases N] [--readings N]
//       [--connections N] [--settled-leases N]

#include "bench/common/folder.hpp"
#include "bench/settlement/intake.hpp"
#include "bench/settlement/settling.hpp"

#include <fmt/format.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace suanpan::bench {
namespace {

struct Options {
    bool intake = true;
    bool settle = true;
    int rounds = 3;  // of intake
    IntakeLoad load;
    SettlingLoad settling;
};

Options read_options(int argc, char** argv) {
    Options options;
    const std::vector<std::string> words(argv + 1, argv + argc);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto value = [&] {
            if (i + 1 == words.size()) throw std::runtime_error(words[i] + " needs a value");
            return words[++i];
        };
        if (words[i] == "intake")
            options.settle = false;
        else if (words[i] == "settle")
            options.intake = false;
        else if (words[i] == "--rounds")
            options.rounds = std::stoi(value());
        else if (words[i] == "--leases")
            options.load.leases = std::stoll(value());
        else if (words[i] == "--readings")
            options.load.readings = std::stoll(value());
        else if (words[i] == "--connections")
            options.load.connections = std::stoi(value());
        else if (words[i] == "--settled-leases")
            options.settling.leases = std::stoll(value());
        else
            throw std::runtime_error("unknown word '" + words[i] +
                                     "': [intake | settle] [--rounds N] [--leases N]"
                                     " [--readings N] [--connections N] [--settled-leases N]");
    }
    return options;
}

}  // namespace
}  // namespace suanpan::bench

int main(int argc, char** argv) {
    try {
        const auto options = suanpan::bench::read_options(argc, argv);
        const suanpan::bench::Folder folder("suanpan-bench-settlement");
        suanpan::bench::Report report;
        if (options.intake)
            suanpan::bench::measure_intake(options.load, options.rounds, folder.path(), report);
        if (options.settle)
            suanpan::bench::measure_settling(options.settling, folder.path(), report);
        return report.print() ? 0 : 1;
    } catch (const std::exception& problem) {
        fmt::print(stderr, "suanpan-bench-settlement: {}\n", problem.what());
        return 1;
    }
}
