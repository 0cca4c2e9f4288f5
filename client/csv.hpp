#pragma once

// Comma-separated values (RFC 4180) with a header line, bounded.

#include "base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::client {

inline constexpr std::size_t kMaxCsvBytes = 64U << 20U;

class CsvTable {
 public:
    // Every line must have as many fields as the header. Errors: `bad_csv` with the line.
    static Result<CsvTable> parse(std::string_view text);

    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] bool has(std::string_view column) const;
    // REQUIRES row < size(); a column that is not there is a CHECK.
    [[nodiscard]] const std::string& at(std::size_t row, std::string_view column) const;

 private:
    std::map<std::string, std::size_t, std::less<>> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace suanpan::client
