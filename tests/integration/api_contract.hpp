#pragma once

// api/openapi.yaml, and what the server's answers are held to by it.

#include "apps/openapi-page/document.hpp"
#include "tests/integration/api_server.hpp"

#include <optional>
#include <string>
#include <vector>

namespace suanpan::test {

const openapi::Document& contract();

// The operation that a request reaches.
const openapi::Operation* find_operation(const std::string& method, const std::string& target);

// The schema of its JSON body, if it takes one.
const Json* request_schema(const openapi::Operation& operation);

// What of the request and its answer is not as the document says: an answer of an undescribed
// status, type, code or member; a body or query that was taken and is not valid; or one that was
// refused as unknown or of a wrong type, and is valid.
std::vector<std::string> contract_faults(const client::HttpRequest& request, const Answer& answer);

}  // namespace suanpan::test
