#pragma once

#include "apps/openapi-page/document.hpp"

#include <string>

namespace suanpan::test {

// Of the source.
std::string read_source(const std::string& name);
// api/openapi.yaml
const openapi::Document& described_api();

}  // namespace suanpan::test
