#pragma once

// What every answer gets, whatever made it: for a cacheable read its tag, or "not modified"
// (RFC 9110 §13); compression; for a portal on another site the leave to read it (Fetch, CORS).

#include "api/http.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace suanpan::api {

// Weak: the same body may go out compressed.
std::string tag_of(std::string_view body);
// Of a GET or HEAD that is answered with 200 and a body in memory.
void add_tag(const Request& request, Response& response);
// Large text goes compressed to who takes it.
void compress(const Request& request, Response& response);

// Sites whose pages may call: "https://portal.example", or "*" for all of them. No cookies are ever
// used, so a page has no more rights than the key that it sends.
class Cors {
 public:
    explicit Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {}

    void add_headers(const Request& request, Response& response) const;
    // The answer to OPTIONS; `methods` are those that the path takes, as "GET, POST".
    [[nodiscard]] Response answer_options(const Request& request, std::string_view methods) const;

 private:
    [[nodiscard]] bool allows(const Request& request) const;

    std::vector<std::string> origins_;
};

}  // namespace suanpan::api
