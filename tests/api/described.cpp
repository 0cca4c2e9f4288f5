#include "tests/api/described.hpp"

#include <fstream>
#include <sstream>

namespace suanpan::test {

std::string read_source(const std::string& name) {
    std::ifstream in(std::string(SUANPAN_SOURCE_DIR) + "/" + name);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

const openapi::Document& described_api() {
    static const openapi::Document kDocument(read_source("api/openapi.yaml"));
    return kDocument;
}

}  // namespace suanpan::test
