#include "tests/api/described.hpp"

#include "support/files.hpp"

namespace suanpan::test {

std::string read_source(const std::string& name) {
    return support::read_file(std::string(SUANPAN_SOURCE_DIR) + "/" + name);
}

const openapi::Document& described_api() {
    static const openapi::Document kDocument(read_source("api/openapi.yaml"));
    return kDocument;
}

}  // namespace suanpan::test
