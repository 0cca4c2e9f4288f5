#pragma once

// An expected refusal. `code` is the stable word that clients, SQL and the log share
// (`insufficient_funds`); `detail` is one sentence for a person: what was wrong and what would be
// right. It never holds secrets, SQL, or another tenant's data.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan {

// One fault of a request, at a JSON pointer (RFC 6901) into its body.
struct Fault {
    std::string pointer;
    std::string code;
    std::string detail;
};

class Error {
 public:
    Error(std::string_view code, std::string detail) : code_(code), detail_(std::move(detail)) {}
    Error(std::string_view code, std::string detail, std::vector<Fault> faults)
        : code_(code), detail_(std::move(detail)), faults_(std::move(faults)) {}

    [[nodiscard]] const std::string& code() const { return code_; }
    [[nodiscard]] const std::string& detail() const { return detail_; }
    [[nodiscard]] const std::vector<Fault>& faults() const { return faults_; }

 private:
    std::string code_;
    std::string detail_;
    std::vector<Fault> faults_;
};

}  // namespace suanpan
