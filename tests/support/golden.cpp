#include "support/golden.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace suanpan::support {

std::string golden(const std::string& source_dir, const std::string& name, const std::string& now) {
    const auto path = std::filesystem::path(source_dir) / "tests/data" / name;
    if (std::getenv("SUANPAN_WRITE_GOLDEN") != nullptr) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << now;
    }
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace suanpan::support
