#pragma once

#include "apps/openapi-page/document.hpp"

#include <string>

namespace suanpan::openapi {

// The document as one page of HTML that needs nothing else, to read, search and print.
std::string render_page(const Document& document);

}  // namespace suanpan::openapi
