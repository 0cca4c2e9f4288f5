#pragma once

// Texts as response bodies: their pages are made on the workers.

#include "api/call.hpp"
#include "services/exports/text_source.hpp"

#include <memory>
#include <string>

namespace suanpan::api {

// With gzip where the caller takes it. `file_name`: under which a browser saves it; empty: it shows
// it. A text that breaks is logged.
Response streamed_response(const Call& call, std::unique_ptr<services::TextSource> text,
                           std::string content_type, const std::string& file_name = "");

}  // namespace suanpan::api
